-- Numbers that several sections need, in one row.
WITH f AS (
  SELECT count(*) AS flows, min(ts) AS first_ts, max(ts) AS last_ts,
    count(*) FILTER (orientation = 'guessed') AS guessed, count(*) FILTER (outcome = 'unknown') AS unknown_outcome
  FROM report_flows
), p AS (
  SELECT count(DISTINCT (site, profile)) AS hosts, count(DISTINCT (site, profile)) FILTER (is_local) AS local_hosts,
    count(DISTINCT tw_start) AS windows
  FROM report_profiles
), a AS (
  SELECT count(*) AS alerts, count(DISTINCT (site, profile)) FILTER (is_local) AS affected,
    count(DISTINCT (site, profile)) FILTER (NOT is_local) AS attackers, max(threshold) AS threshold
  FROM report_alerts
), e AS (
  SELECT count(*) AS evidence, count(*) FILTER (is_suppressed) AS suppressed, count(*) FILTER (shown) AS shown FROM report_evidence
), r AS (
  SELECT count(*) FILTER (status = 'ran') AS ran, count(*) FILTER (status = 'not_decided') AS not_decided,
    count(*) FILTER (partly_decided(status, reason)) AS partly,
    count(*) FILTER (status = 'disabled') AS disabled, count(*) FILTER (status = 'failed') AS failed
  FROM detection_runs
), c AS (
  SELECT count(*) AS captures, coalesce(sum(records), 0)::BIGINT AS records, coalesce(sum(rejected), 0)::BIGINT AS rejected
  FROM captures WHERE status <> 'loading'
), twice AS (
  SELECT count(*) AS repeated FROM rejects WHERE reason IN ('duplicate uid', 'open snapshot replaced')
)
SELECT f.flows, iso(f.first_ts) AS first_ts, iso(f.last_ts) AS last_ts, f.guessed, f.unknown_outcome,
  p.hosts, p.local_hosts, p.windows, a.alerts, a.affected, a.attackers, a.threshold,
  e.evidence, e.suppressed, e.shown, r.ran, r.not_decided, r.partly, r.disabled, r.failed, c.captures, c.records, c.rejected, twice.repeated,
  (SELECT count(*) FROM report_leads) AS leads,
  (SELECT count(*) FROM (SELECT DISTINCT site FROM sources)) AS sites
FROM f, p, a, e, r, c, twice
