-- Per host, side and software: what it showed, in order of time; a change is a row that differs from the one before.
-- Example: 192.168.1.247 shows OpenSSH 8.1, then 9.1 -> one finding, key client OpenSSH, ts of the second.
WITH shown AS (
  SELECT site, tw_start, ts, canonical_ip(host) AS host,
    CASE WHEN upper(software_type) LIKE '%SSH::CLIENT' THEN 'client' ELSE 'server' END AS side,
    coalesce(name, regexp_extract(unparsed_version, '^([A-Za-z][A-Za-z0-9.]*)', 1)) AS software,
    coalesce(version_major || '.' || coalesce(version_minor, 0), regexp_extract(unparsed_version, '[_-]v?([0-9]+[.][0-9]+)', 1)) AS version
  FROM d_software
  WHERE upper(software_type) LIKE '%SSH::CLIENT' OR upper(software_type) LIKE '%SSH::SERVER'
  UNION ALL
  SELECT site, tw_start, ts, orig_h, 'client', regexp_extract(client, '^SSH-[0-9.]+-([A-Za-z][A-Za-z0-9.]*)', 1),
    regexp_extract(client, '^SSH-[0-9.]+-[A-Za-z][A-Za-z0-9.]*[_-]v?([0-9]+[.][0-9]+)', 1)
  FROM d_ssh
  UNION ALL
  SELECT site, tw_start, ts, resp_h, 'server', regexp_extract(server, '^SSH-[0-9.]+-([A-Za-z][A-Za-z0-9.]*)', 1),
    regexp_extract(server, '^SSH-[0-9.]+-[A-Za-z][A-Za-z0-9.]*[_-]v?([0-9]+[.][0-9]+)', 1)
  FROM d_ssh
), compared AS (
  SELECT *, lag(version) OVER (PARTITION BY site, host, side, software ORDER BY ts, version) AS former
  FROM shown
  WHERE host IS NOT NULL AND ts IS NOT NULL AND software <> '' AND version <> ''
), changed AS (
  SELECT site, tw_start, host, side, software, min(ts) FILTER (version <> former) AS ts, count(*) FILTER (version <> former) AS changes,
    list_distinct(list(version ORDER BY version) || list(former ORDER BY former) FILTER (former IS NOT NULL)) AS versions,
    max(ts) AS last_ts
  FROM compared
  GROUP BY ALL
  HAVING bool_or(version <> former)
)
SELECT
  host AS profile,
  site,
  ts,
  side || ' ' || software AS key,
  host AS attacker,
  NULL AS victim,
  'tcp' AS proto,
  NULL AS port,
  CASE WHEN len(versions) >= $many_versions THEN 0.9 ELSE 0.5 END AS confidence,
  CASE WHEN side = 'server' THEN 'low' END AS threat_level,
  {side: side, versions: array_to_string(list_sort(versions)[1:10], ', '), changes: changes, last_ts: last_ts} AS details
FROM changed
