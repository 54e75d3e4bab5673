-- lint-allow: arg_min: ordered by line, which is unique.
-- One row per transaction: the k-th answer to a question belongs to its k-th asking.
-- Format 1 logs one event per answer record, all with the time of their packet; formats 2 and 3 one event per answer.
CREATE OR REPLACE TEMP TABLE eve_dns AS
SELECT e.line, e.ts, e.uid, e.transport AS proto,
  -- Answers of format 1 come from the server; a port of 53 tells them apart.
  answer AND src_port = 53 AND dest_port <> 53 AS turned,
  src, dst, src_port, dest_port, answer, coalesce(v.version, 1) < 2 AND v.answers IS NULL AND v.grouped IS NULL AS old,
  v.id AS trans_id, coalesce(v.rrname, v.queries[1].rrname) AS query, coalesce(v.rrtype, v.queries[1].rrtype) AS qtype_name,
  v.rcode AS rcode_name, v.rdata AS rdata, v.ttl AS ttl,
  v.rd AS rd, v.ra AS ra, v.aa AS aa, v.tc AS tc,
  CASE
    WHEN v.answers IS NOT NULL THEN
      list_transform(v.answers, lambda a: coalesce(a.rdata, a.srv.name, a.soa.mname, a.sshfp.fingerprint))
    WHEN v.grouped IS NOT NULL THEN flatten(map_values(v.grouped))
  END AS answers,
  list_transform(v.answers, lambda a: a.ttl::DOUBLE) AS ttls,
  $extra AS extra
FROM (
  SELECT *, coalesce(v.type IN ('answer', 'response'), false) AS answer
  FROM (SELECT *, from_json(content, '$shape') AS v FROM eve_events(['dns']))) e;

CREATE OR REPLACE TEMP TABLE eve_dns_answers AS
WITH answers AS (
  SELECT line, ts, uid, old, trans_id, query, qtype_name, rcode_name, answers, ttls, rd, ra, aa, tc, extra
  FROM eve_dns WHERE answer AND NOT old
  UNION ALL
  SELECT min(line), ts, uid, true, trans_id, arg_min(query, line), arg_min(qtype_name, line), arg_min(rcode_name, line),
    list(rdata ORDER BY line) FILTER (rdata IS NOT NULL), list(ttl::DOUBLE ORDER BY line) FILTER (ttl IS NOT NULL AND rdata IS NOT NULL),
    NULL, NULL, NULL, NULL, arg_min(extra, line)
  FROM eve_dns WHERE answer AND old GROUP BY ts, uid, trans_id, CASE WHEN uid IS NULL THEN line END
)
SELECT *, lower(coalesce(query, '')) AS q, CASE WHEN old THEN '' ELSE coalesce(qtype_name, '') END AS t,
  row_number() OVER (PARTITION BY uid, trans_id, lower(coalesce(query, '')), CASE WHEN old THEN '' ELSE coalesce(qtype_name, '') END, old
                     ORDER BY ts, line) AS k
FROM answers;

CREATE OR REPLACE TEMP TABLE eve_dns_pairs AS
WITH asked AS (
  SELECT line, ts, uid, trans_id, lower(coalesce(query, '')) AS q, coalesce(qtype_name, '') AS t,
    row_number() OVER (PARTITION BY uid, trans_id, lower(coalesce(query, '')), coalesce(qtype_name, '') ORDER BY ts, line) AS k,
    row_number() OVER (PARTITION BY uid, trans_id, lower(coalesce(query, '')) ORDER BY ts, line) AS k_old
  FROM eve_dns WHERE NOT answer
)
SELECT s.line, a.line AS answer_line
FROM asked s JOIN eve_dns_answers a
  ON a.uid = s.uid AND a.trans_id = s.trans_id AND a.q = s.q AND a.t = s.t AND a.k = s.k AND NOT a.old
WHERE a.ts >= s.ts
UNION ALL
SELECT s.line, a.line
FROM asked s JOIN eve_dns_answers a ON a.uid = s.uid AND a.trans_id = s.trans_id AND a.q = s.q AND a.k = s.k_old AND a.old
WHERE a.ts >= s.ts;

ALTER TABLE eve_dns_answers ADD COLUMN free BOOLEAN DEFAULT true;
UPDATE eve_dns_answers SET free = false WHERE line IN (SELECT answer_line FROM eve_dns_pairs);

INSERT INTO dns BY NAME
SELECT $capture AS capture_id, $source AS source_id, $row_base + row_number() OVER (ORDER BY line) AS "row",
  uid, ts, orig_h, orig_p, resp_h, resp_p, proto, trans_id, rtt, query, qtype_name, rcode_name, AA, TC, RD, RA, answers, ttls, rejected, extra
FROM (
  SELECT e.line, e.uid, e.ts,
    CASE WHEN e.turned THEN e.dst ELSE e.src END AS orig_h, CASE WHEN e.turned THEN e.dest_port ELSE e.src_port END AS orig_p,
    CASE WHEN e.turned THEN e.src ELSE e.dst END AS resp_h, CASE WHEN e.turned THEN e.src_port ELSE e.dest_port END AS resp_p,
    e.proto, e.trans_id,
    CASE WHEN p.line IS NOT NULL THEN round((epoch_us(a.ts) - epoch_us(e.ts)) / 1000000.0, 6) END AS rtt,
    e.query, e.qtype_name, a.rcode_name,
    CASE WHEN NOT a.old THEN coalesce(a.aa, false) END AS AA, CASE WHEN NOT a.old THEN coalesce(a.tc, false) END AS TC,
    CASE WHEN NOT a.old THEN coalesce(a.rd, false) ELSE e.rd END AS RD, CASE WHEN NOT a.old THEN coalesce(a.ra, false) END AS RA,
    a.answers, a.ttls, a.rcode_name = 'REFUSED' AS rejected,
    CASE WHEN p.line IS NOT NULL AND e.extra IS NOT NULL AND a.extra IS NOT NULL THEN json_merge_patch(e.extra, a.extra)
      ELSE coalesce(a.extra, e.extra) END AS extra
  FROM eve_dns e
  LEFT JOIN eve_dns_pairs p ON p.line = e.line
  -- The answer of a pair, or an answer without its question; the other records of an answer have no row here.
  LEFT JOIN eve_dns_answers a ON a.line = coalesce(p.answer_line, e.line)
  WHERE NOT e.answer OR a.free);

DROP TABLE eve_dns;
DROP TABLE eve_dns_answers;
DROP TABLE eve_dns_pairs;
