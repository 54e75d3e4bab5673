-- Entropy is summed in the order of the characters, so that it rounds the same way every time.
-- Example: the TXT answer of x1.t.example holds 60 random characters of base64 -> key t.example, entropy 5.3.
WITH texts AS (
  SELECT site, tw_start, orig_h, resp_p, lower(rtrim(query, '.')) AS name, min(ts) AS ts, max(ts) AS last_ts,
    regexp_replace(answer, '(^| )TXT \d+ ', '', 'g') AS text
  FROM (SELECT site, tw_start, ts, orig_h, resp_p, query, qtype_name, unnest(answers) AS answer FROM d_dns WHERE len(answers) > 0)
  WHERE (starts_with(answer, 'TXT ') OR qtype_name = 'TXT') AND length(answer) >= 16 AND query IS NOT NULL AND orig_h IS NOT NULL
  GROUP BY ALL
), characters AS (
  SELECT text, character, count(*) AS n
  FROM (SELECT text, unnest(string_split(text, '')) AS character FROM (SELECT DISTINCT text FROM texts WHERE NOT regexp_matches(text, $ordinary)))
  GROUP BY ALL
), entropies AS (
  SELECT text, round(log2(sum(n)::BIGINT) - list_reduce(list(n * log2(n) ORDER BY character), lambda x, y: x + y) / sum(n)::BIGINT, 6) AS entropy
  FROM characters
  GROUP BY text
), found AS (
  SELECT t.*, e.entropy, coalesce(d.domain, t.name) AS domain
  FROM texts t
  JOIN entropies e ON e.text = t.text AND e.entropy >= $min_entropy
  LEFT JOIN domain_names d ON d.site = t.site AND d.orig_h = t.orig_h AND d.name = t.name
)
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  domain AS key,
  orig_h AS attacker,
  NULL AS victim,
  NULL AS proto,
  CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port,
  0.6 AS confidence,
  CASE WHEN bool_and(resp_p = 5353 OR resp_p = 5355) THEN 'info' WHEN count(DISTINCT text) >= $many_answers THEN 'medium' END AS threat_level,
  {entropy: max(entropy), answers: count(DISTINCT text), name: min(name), text: substr(min(text), 1, 100), last_ts: max(last_ts)} AS details
FROM found
GROUP BY orig_h, site, tw_start, domain
