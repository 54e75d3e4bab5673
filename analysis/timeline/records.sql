-- Rows of a record table that belong to a host of timeline_scope(profile, site, from_ts, to_ts), from the host's side:
-- outgoing = the host asked. A row between two hosts of the scope is there twice.
CREATE OR REPLACE TEMP MACRO records_of_scope(records) AS TABLE
SELECT r.*, w.profile, w.site, true AS outgoing, r.resp_h AS peer, window_start(r.ts) AS tw_start
FROM query_table(records) r
JOIN main.sources s ON s.source_id = r.source_id
JOIN timeline_scope w ON w.profile = r.orig_h AND w.site = s.site
WHERE r.ts >= w.from_ts AND r.ts < w.to_ts
UNION ALL
SELECT r.*, w.profile, w.site, false, r.orig_h, window_start(r.ts)
FROM query_table(records) r
JOIN main.sources s ON s.source_id = r.source_id
JOIN timeline_scope w ON w.profile = r.resp_h AND w.site = s.site
WHERE r.ts >= w.from_ts AND r.ts < w.to_ts AND r.orig_h IS DISTINCT FROM r.resp_h;
