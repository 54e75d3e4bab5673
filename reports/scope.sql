-- What the report is about: alerts, findings and windows of the wanted host and time, in tables of this connection only.
-- `report_scope` holds one row: host, since, until (NULL: no limit).
CREATE OR REPLACE TEMP TABLE report_alerts AS
SELECT a.*, coalesce(d.is_local, false) AS is_local
FROM alerts a
LEFT JOIN addresses d ON d.address = a.profile
CROSS JOIN report_scope s
WHERE (s.host IS NULL OR a.profile = s.host)
  AND (s.since IS NULL OR a.tw_end > s.since)
  AND (s.until IS NULL OR a.tw_start < s.until);

-- Bytes that a text takes on the page at most: cut, and each character that is no plain one written out.
CREATE OR REPLACE TEMP MACRO page_size(t) AS
  coalesce(length(left(t, 400)) + 7 * length(regexp_replace(left(t, 400), '[A-Za-z0-9 .,:;/()_-]', '', 'g')), 0);

-- rank: the order in which findings are shown, 1 first. The strongest of each detection and of each host come before the
-- rest, so that a case full of one kind of finding still shows the others. shown: it has a row in the evidence table.
CREATE OR REPLACE TEMP TABLE report_evidence AS
WITH scoped AS (
  SELECT e.*, round(e.weight * e.confidence, 6) AS strength,
    coalesce(d.is_local, false) AS is_local,
    e.evidence_id IN (SELECT evidence_id FROM suppressed) AS is_suppressed,
    e.evidence_id IN (SELECT evidence_id FROM alert_evidence) AS in_alert
  FROM evidence e
  LEFT JOIN addresses d ON d.address = e.profile
  CROSS JOIN report_scope s
  WHERE (s.host IS NULL OR e.profile = s.host OR e.attacker = s.host OR e.victim = s.host)
    AND (s.since IS NULL OR e.ts >= s.since)
    AND (s.until IS NULL OR e.ts < s.until)
), placed AS (
  SELECT *,
    row_number() OVER (PARTITION BY detection ORDER BY strength DESC, ts, evidence_id) AS in_detection,
    row_number() OVER (PARTITION BY site, profile ORDER BY in_alert DESC, strength DESC, ts, evidence_id) AS in_profile
  FROM scoped
), ranked AS (
  SELECT * EXCLUDE (in_detection, in_profile),
    row_number() OVER (
      ORDER BY in_detection > 20 AND in_profile > 10, is_suppressed, in_alert DESC, strength DESC, ts, evidence_id
    )::INTEGER AS rank
  FROM placed
)
SELECT ranked.*,
  ranked.rank <= l.evidence AND sum(
    1900 + page_size(description) + page_size(key) + page_size(attacker) + page_size(victim)
      + CASE WHEN rank <= l.strongest THEN 2400 ELSE 800 END
  ) OVER (ORDER BY rank) <= l.evidence_bytes AS shown
FROM ranked, report_limits l;

CREATE OR REPLACE TEMP VIEW report_profiles AS
SELECT p.*
FROM profiles p
CROSS JOIN report_scope s
WHERE (s.host IS NULL OR p.profile = s.host)
  AND (s.since IS NULL OR p.tw_end > s.since)
  AND (s.until IS NULL OR p.tw_start < s.until);

CREATE OR REPLACE TEMP VIEW report_flows AS
SELECT f.*
FROM flows f
CROSS JOIN report_scope s
WHERE (s.host IS NULL OR f.orig_h = s.host OR f.resp_h = s.host)
  AND (s.since IS NULL OR f.ts >= s.since)
  AND (s.until IS NULL OR f.ts < s.until);

-- Times as text that sorts: 2026-03-02T08:41:07.000000Z.
CREATE OR REPLACE TEMP MACRO iso(t) AS strftime(t, '%Y-%m-%dT%H:%M:%S.%fZ');

-- Names under which traffic showed an address: its own (DHCP) first.
CREATE OR REPLACE TEMP TABLE report_names AS
SELECT address, list(name ORDER BY own DESC, name)[1:3] AS names
FROM (
  SELECT address, name, max(origin = 'dhcp') AS own FROM names
  GROUP BY address, name
)
WHERE address IN (SELECT profile FROM report_alerts UNION SELECT profile FROM report_evidence)
GROUP BY address;

-- Hosts with an alert, worst first; n numbers the local ones (the affected hosts) and the others each from 1.
CREATE OR REPLACE TEMP TABLE report_hosts AS
WITH hosts AS (
  SELECT profile, site, is_local, count(*) AS alerts, max(score) AS score, min(ts) AS first_ts, max(ts) AS last_ts,
    sum(evidence_count)::BIGINT AS findings
  FROM report_alerts
  GROUP BY profile, site, is_local
), strongest AS (
  SELECT site, profile, list(detection ORDER BY s DESC, detection) AS detections
  FROM (
    SELECT site, profile, detection, max(strength) AS s FROM report_evidence WHERE in_alert GROUP BY site, profile, detection
  )
  GROUP BY site, profile
)
SELECT h.*, coalesce(s.detections, []) AS detections, coalesce(n.names, []) AS names,
  row_number() OVER (
    PARTITION BY h.is_local ORDER BY h.score DESC, h.alerts DESC, h.findings DESC, h.site, h.profile
  )::INTEGER AS n
FROM hosts h
LEFT JOIN strongest s ON s.site = h.site AND s.profile = h.profile
LEFT JOIN report_names n ON n.address = h.profile;

-- Where no local host reached the threshold: those whose findings come near, strongest first. What a reader should look at.
CREATE OR REPLACE TEMP TABLE report_leads AS
WITH near AS (
  SELECT profile, site, max(score) AS score FROM report_profiles WHERE is_local GROUP BY profile, site
), findings AS (
  SELECT site, profile, min(first_ts) AS first_ts, list(detection ORDER BY s DESC, detection) AS detections,
    list(best ORDER BY s DESC, detection)[1:3] AS links
  FROM (
    SELECT site, profile, detection, max(strength) AS s, max(weight) AS weight, min(ts) AS first_ts,
      min(struct_pack(rank := rank, link := struct_pack(id := evidence_id, shown := shown))).link AS best
    FROM report_evidence
    WHERE is_local AND counts AND NOT is_suppressed AND weight > 0
    GROUP BY site, profile, detection
  )
  GROUP BY site, profile
  HAVING max(weight) >= 0.5
)
SELECT n.profile, n.site, n.score, f.first_ts, f.detections, f.links, coalesce(m.names, []) AS names,
  row_number() OVER (ORDER BY n.score DESC, f.first_ts, n.site, n.profile)::INTEGER AS n
FROM near n
JOIN findings f ON f.site = n.site AND f.profile = n.profile
LEFT JOIN report_names m ON m.address = n.profile
WHERE n.score >= 0.4 AND NOT EXISTS (SELECT 1 FROM report_hosts WHERE is_local);
