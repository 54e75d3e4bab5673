-- What was found, against the truth: `judged` is one row per finding and per alert, the rest counts it.
CREATE OR REPLACE TEMP TABLE judged AS
WITH kept AS (
  SELECT * FROM main.evidence WHERE evidence_id NOT IN (SELECT evidence_id FROM main.suppressed)
), everything AS (
  SELECT detection AS subject, evidence_id AS id, profile, site, tw_start, ts FROM kept
  UNION ALL
  SELECT NULL, alert_id, profile, site, tw_start, ts FROM main.alerts
)
SELECT b.*, h.role, h.begins FROM everything b JOIN true_hosts h ON h.host = b.profile AND h.site = b.site;

-- The flows behind each subject, once, with their label.
CREATE OR REPLACE TEMP TABLE judged_flows AS
WITH behind AS (
  SELECT j.subject, e.flow_id FROM judged j JOIN main.evidence_flows e ON e.evidence_id = j.id WHERE j.subject IS NOT NULL
  UNION
  SELECT NULL, e.flow_id
  FROM judged j JOIN main.alert_evidence a ON a.alert_id = j.id JOIN main.evidence_flows e ON e.evidence_id = a.evidence_id
  WHERE j.subject IS NULL
)
SELECT b.subject, l.class, count(*) AS flows
FROM behind b
JOIN main.flows f ON f.flow_id = b.flow_id
LEFT JOIN main.labels l ON l.source_id = f.source_id AND l.uid = f.uid
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE subject_measures AS
WITH delays AS (
  SELECT subject, (epoch_us(min(ts)) - epoch_us(min(begins))) / 1000000 AS seconds
  FROM judged
  WHERE role IN ('infected', 'attacker') AND ts >= begins
  GROUP BY subject, profile, site
), found AS (
  SELECT subject, count(*) AS findings,
    count(DISTINCT (site, profile)) FILTER (role IN ('infected', 'attacker')) AS hosts_true,
    count(DISTINCT (site, profile)) FILTER (role = 'infected') AS hosts_infected,
    count(DISTINCT (site, profile)) FILTER (role = 'benign') AS hosts_false,
    count(DISTINCT (site, profile)) FILTER (role = 'attacked') AS hosts_attacked,
    count(DISTINCT (site, profile)) FILTER (role = 'unknown') AS hosts_unknown,
    count(DISTINCT (site, profile, tw_start)) FILTER (role IN ('infected', 'attacker')) AS windows_true,
    count(DISTINCT (site, profile, tw_start)) FILTER (role = 'benign') AS windows_false
  FROM judged
  GROUP BY ALL
), labelled AS (
  SELECT subject, sum(flows) FILTER (class = 'malicious') AS flows_true, sum(flows) FILTER (class = 'benign') AS flows_false,
    sum(flows) FILTER (class IS NULL) AS flows_unlabelled
  FROM judged_flows
  GROUP BY ALL
)
SELECT f.*, coalesce(l.flows_true, 0)::BIGINT AS flows_true, coalesce(l.flows_false, 0)::BIGINT AS flows_false,
  coalesce(l.flows_unlabelled, 0)::BIGINT AS flows_unlabelled,
  (SELECT list(round(seconds, 6) ORDER BY seconds) FROM delays d WHERE d.subject IS NOT DISTINCT FROM f.subject) AS seconds
FROM found f LEFT JOIN labelled l ON l.subject IS NOT DISTINCT FROM f.subject;

CREATE OR REPLACE TEMP TABLE host_measures AS
SELECT h.host, h.site, h.role, h.basis, h.begins,
  (SELECT count(*) FROM main.profiles p WHERE p.profile = h.host AND p.site = h.site) AS windows,
  (SELECT count(*) FROM main.alerts a WHERE a.profile = h.host AND a.site = h.site) AS alerts,
  (SELECT coalesce(max(score), 0) FROM main.profiles p WHERE p.profile = h.host AND p.site = h.site) AS score,
  (SELECT min(e.ts) FROM main.evidence e WHERE e.profile = h.host AND e.site = h.site AND e.counts AND e.ts >= h.begins) AS first_evidence,
  (SELECT min(a.ts) FROM main.alerts a WHERE a.profile = h.host AND a.site = h.site AND a.ts >= h.begins) AS first_alert
FROM true_hosts h;
