-- What differs between the cases `a` (before) and `b` (after), in temporary tables.
CREATE OR REPLACE TEMP MACRO iso(t) AS strftime(t, '%Y-%m-%dT%H:%M:%S.%fZ');

CREATE OR REPLACE TEMP TABLE input_changes AS
SELECT coalesce(y.path, x.path) AS path, coalesce(y.sha256, x.sha256) AS sha256,
  CASE WHEN x.sha256 IS NULL THEN 'added' WHEN y.sha256 IS NULL THEN 'removed' ELSE 'read otherwise' END AS change,
  x.records AS was, y.records AS is_now
FROM a.main.captures x FULL JOIN b.main.captures y ON y.sha256 = x.sha256
WHERE x.sha256 IS NULL OR y.sha256 IS NULL OR x.records <> y.records OR x.rejected <> y.rejected
ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE rule_changes AS
SELECT coalesce(y.detection, x.detection) AS detection,
  list_filter([
    CASE WHEN x.detection IS NULL THEN 'new' END,
    CASE WHEN y.detection IS NULL THEN 'gone' END,
    CASE WHEN x.sql_sha256 <> y.sql_sha256 THEN 'SQL' END,
    CASE WHEN x.parameters::VARCHAR IS DISTINCT FROM y.parameters::VARCHAR AND x.detection IS NOT NULL AND y.detection IS NOT NULL
      THEN 'parameters' END,
    CASE WHEN x.status <> y.status THEN x.status || ' before, ' || y.status || ' after' END
  ], lambda t: t IS NOT NULL) AS what
FROM a.main.detection_runs x FULL JOIN b.main.detection_runs y ON y.detection = x.detection
WHERE x.detection IS NULL OR y.detection IS NULL OR x.sql_sha256 <> y.sql_sha256 OR x.status <> y.status
  OR x.parameters::VARCHAR IS DISTINCT FROM y.parameters::VARCHAR
ORDER BY detection;

CREATE OR REPLACE TEMP TABLE model_changes AS
SELECT coalesce(y.module, x.module) AS module, x.sha256 AS was, y.sha256 AS is_now
FROM a.main.models_used x FULL JOIN b.main.models_used y ON y.module = x.module AND y.model = x.model
WHERE x.sha256 IS DISTINCT FROM y.sha256 OR x.threshold IS DISTINCT FROM y.threshold
ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE feed_changes AS
SELECT coalesce(y.feed, x.feed) AS feed, x.sha256 AS was, y.sha256 AS is_now
FROM a.main.feeds x FULL JOIN b.main.feeds y ON y.feed = x.feed
WHERE x.sha256 IS DISTINCT FROM y.sha256
ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE lookup_changes AS
SELECT coalesce(y.kind, x.kind) AS kind, count(*) AS n
FROM a.main.lookups x FULL JOIN b.main.lookups y ON y.kind = x.kind AND y.subject = x.subject
WHERE x.sha256 IS DISTINCT FROM y.sha256
GROUP BY ALL ORDER BY kind;

-- Flows behind findings that come from a capture which only one of the cases has.
CREATE OR REPLACE TEMP TABLE from_other_input AS
SELECT DISTINCT e.evidence_id FROM a.main.evidence_flows e JOIN a.main.flows f ON f.flow_id = e.flow_id
JOIN a.main.captures c ON c.capture_id = f.capture_id WHERE c.sha256 IN (SELECT sha256 FROM input_changes)
UNION
SELECT DISTINCT e.evidence_id FROM b.main.evidence_flows e JOIN b.main.flows f ON f.flow_id = e.flow_id
JOIN b.main.captures c ON c.capture_id = f.capture_id WHERE c.sha256 IN (SELECT sha256 FROM input_changes);

CREATE OR REPLACE TEMP TABLE evidence_a AS
SELECT e.*, e.evidence_id IN (SELECT evidence_id FROM a.main.suppressed) AS suppressed,
  e.evidence_id IN (SELECT evidence_id FROM a.main.alert_evidence) AS alerted,
  (SELECT count(*) FROM a.main.evidence_flows x WHERE x.evidence_id = e.evidence_id) AS flows
FROM a.main.evidence e;
CREATE OR REPLACE TEMP TABLE evidence_b AS
SELECT e.*, e.evidence_id IN (SELECT evidence_id FROM b.main.suppressed) AS suppressed,
  e.evidence_id IN (SELECT evidence_id FROM b.main.alert_evidence) AS alerted,
  (SELECT count(*) FROM b.main.evidence_flows x WHERE x.evidence_id = e.evidence_id) AS flows
FROM b.main.evidence e;

CREATE OR REPLACE TEMP TABLE evidence_changes AS
WITH both_sides AS (
  SELECT coalesce(y.evidence_id, x.evidence_id) AS evidence_id, coalesce(y.detection, x.detection) AS detection,
    coalesce(y.module, x.module) AS module, coalesce(y.profile, x.profile) AS profile, coalesce(y.site, x.site) AS site,
    coalesce(y.ts, x.ts) AS ts, coalesce(y.description, x.description) AS description,
    CASE WHEN x.evidence_id IS NULL THEN 'gained' WHEN y.evidence_id IS NULL THEN 'lost' ELSE 'changed' END AS change,
    coalesce(y.threat_level, x.threat_level) AS threat_level,
    round(greatest(coalesce(x.weight * x.confidence, 0), coalesce(y.weight * y.confidence, 0)), 6) AS strength,
    CASE WHEN x.evidence_id IS NULL OR y.evidence_id IS NULL THEN [] ELSE list_filter([
      CASE WHEN x.threat_level <> y.threat_level THEN 'threat level ' || x.threat_level || ' to ' || y.threat_level END,
      CASE WHEN x.confidence <> y.confidence THEN 'confidence ' || x.confidence || ' to ' || y.confidence END,
      CASE WHEN x.counts <> y.counts THEN CASE WHEN y.counts THEN 'counts now' ELSE 'counts no more' END END,
      CASE WHEN x.suppressed <> y.suppressed THEN CASE WHEN y.suppressed THEN 'suppressed' ELSE 'no more suppressed' END END,
      CASE WHEN x.alerted <> y.alerted THEN CASE WHEN y.alerted THEN 'now part of an alert' ELSE 'no more part of an alert' END END,
      CASE WHEN x.flows <> y.flows THEN x.flows || ' flows to ' || y.flows END,
      CASE WHEN x.ts <> y.ts THEN 'time' END,
      CASE WHEN x.description <> y.description OR x.details::VARCHAR IS DISTINCT FROM y.details::VARCHAR THEN 'numbers' END
    ], lambda t: t IS NOT NULL) END AS what
  FROM evidence_a x FULL JOIN evidence_b y ON y.evidence_id = x.evidence_id
)
SELECT c.*, list_filter([
    CASE WHEN c.evidence_id IN (SELECT evidence_id FROM from_other_input) THEN 'input' END,
    CASE WHEN c.detection IN (SELECT detection FROM rule_changes) THEN 'rule' END,
    CASE WHEN c.detection IN (SELECT m.detection FROM model_detections m JOIN model_changes x ON x.module = m.module) THEN 'model' END,
    CASE WHEN c.module = 'intel' AND (SELECT count(*) FROM feed_changes) > 0 THEN 'feed' END,
    -- What runs is compared with the rules.
    CASE WHEN (SELECT count(*) FROM configuration_changes WHERE name NOT IN ('disable', 'modules')) > 0 THEN 'configuration' END
  ], lambda t: t IS NOT NULL) AS why
FROM both_sides c
WHERE change <> 'changed' OR len(what) > 0;

CREATE OR REPLACE TEMP TABLE host_changes AS
WITH hosts_a AS (
  SELECT site, profile, max(score) AS score, count(*) FILTER (alerted) AS alerts, bool_or(is_local) AS is_local FROM a.main.profiles GROUP BY ALL
), hosts_b AS (
  SELECT site, profile, max(score) AS score, count(*) FILTER (alerted) AS alerts, bool_or(is_local) AS is_local FROM b.main.profiles GROUP BY ALL
)
SELECT coalesce(y.profile, x.profile) AS profile, coalesce(y.site, x.site) AS site, coalesce(y.is_local, x.is_local) AS is_local,
  coalesce(x.score, 0) AS score_was, coalesce(y.score, 0) AS score_is, coalesce(x.alerts, 0) AS alerts_were, coalesce(y.alerts, 0) AS alerts_are,
  CASE WHEN coalesce(x.alerts, 0) = 0 AND coalesce(y.alerts, 0) > 0 THEN 'alerted now'
       WHEN coalesce(x.alerts, 0) > 0 AND coalesce(y.alerts, 0) = 0 THEN 'alerted no more'
       ELSE 'score or alerts' END AS change
FROM hosts_a x FULL JOIN hosts_b y ON y.profile = x.profile AND y.site = x.site
WHERE coalesce(x.score, 0) <> coalesce(y.score, 0) OR coalesce(x.alerts, 0) <> coalesce(y.alerts, 0);
