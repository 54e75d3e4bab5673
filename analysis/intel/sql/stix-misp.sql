-- STIX 2.1 indicators and MISP attributes of the documents in intel_json(json).
CREATE OR REPLACE TEMP VIEW intel_stix AS
SELECT
  o->>'pattern' AS pattern,
  regexp_replace(o->>'pattern', '''(?:[^''\\]|\\.)*''', '''''', 'g') AS bare,
  coalesce(o->>'pattern_type', 'stix') AS pattern_type,
  coalesce((o->>'revoked')::VARCHAR = 'true', false) AS revoked,
  left(coalesce(o->>'name', o->>'description'), 400) AS description
FROM (
  SELECT unnest(CASE WHEN json_type(json, '$.objects') = 'ARRAY' THEN json->'$.objects[*]' ELSE [json] END) AS o FROM intel_json
)
WHERE o->>'type' = 'indicator';

CREATE OR REPLACE TEMP VIEW intel_stix_rows AS
SELECT
  CASE WHEN path = 'autonomous-system:number' THEN 'AS' ELSE '' END || replace(replace(value, '\''', ''''), '\\', '\') AS indicator,
  CASE
    WHEN path IN ('ipv4-addr:value', 'ipv6-addr:value', 'network-traffic:dst_ref.value', 'network-traffic:src_ref.value') THEN 'ip'
    WHEN path = 'domain-name:value' THEN 'domain'
    WHEN path = 'url:value' THEN 'url'
    WHEN path = 'autonomous-system:number' THEN 'asn'
    WHEN starts_with(path, 'file:hashes.') THEN 'file'
    WHEN starts_with(path, 'x509-certificate:hashes.') THEN 'certificate'
    ELSE path
  END AS said,
  NULL::VARCHAR AS level, description, NULL::VARCHAR AS reason
FROM (
  SELECT description,
    unnest(regexp_extract_all(pattern, '([a-z0-9-]+:[^\s=!<>\[\]]+)\s*=\s*''?((?:[^''\\\]]|\\.)*)''?', 1)) AS path,
    unnest(regexp_extract_all(pattern, '([a-z0-9-]+:[^\s=!<>\[\]]+)\s*=\s*''?((?:[^''\\\]]|\\.)*)''?', 2)) AS value
  FROM intel_stix
  WHERE NOT revoked AND pattern_type = 'stix' AND NOT regexp_matches(bare, '\b(AND|FOLLOWEDBY|NOT)\b|!=|<|>|\b(LIKE|MATCHES|IN)\b')
)
UNION ALL
SELECT left(pattern, 200), NULL, NULL, description,
  CASE WHEN revoked THEN 'revoked' WHEN pattern_type <> 'stix' THEN 'pattern of type ' || left(pattern_type, 40)
    ELSE 'pattern with more than one condition' END
FROM intel_stix
WHERE revoked OR pattern_type <> 'stix' OR regexp_matches(bare, '\b(AND|FOLLOWEDBY|NOT)\b|!=|<|>|\b(LIKE|MATCHES|IN)\b');

CREATE OR REPLACE TEMP VIEW intel_misp_rows AS
WITH events AS (
  SELECT json->'$.Event' AS event FROM intel_json WHERE json_type(json, '$.Event') = 'OBJECT'
  UNION ALL SELECT unnest(json->'$.response[*].Event') FROM intel_json
), attributes AS (
  SELECT event, unnest(list_concat(event->'$.Attribute[*]', event->'$.Object[*].Attribute[*]')) AS a FROM events
  UNION ALL SELECT NULL, unnest(json->'$.response.Attribute[*]') FROM intel_json
), parts AS (
  SELECT event, a, unnest(string_split(a->>'type', '|')) AS type,
    unnest(CASE WHEN contains(a->>'type', '|') THEN string_split(a->>'value', '|') ELSE [a->>'value'] END) AS value
  FROM attributes
)
SELECT
  CASE WHEN type = 'AS' AND NOT starts_with(upper(value), 'AS') THEN 'AS' || value ELSE value END AS indicator,
  type AS said,
  CASE event->>'threat_level_id' WHEN '1' THEN 'high' WHEN '2' THEN 'medium' WHEN '3' THEN 'low' END AS level,
  left(coalesce(nullif(a->>'comment', ''), event->>'info'), 400) AS description,
  CASE WHEN a->>'to_ids' = 'false' THEN 'not meant for detection (to_ids)' END AS reason
FROM parts
WHERE type NOT IN ('port', 'filename', 'size-in-bytes', 'comment', 'text', 'datetime', 'counter');
