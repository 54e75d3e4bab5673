-- Per window and opener of flows: listed addresses at either end, and those that DNS answered.
-- Example: 10.0.0.5 connects three times to 203.0.113.66, which feed "a" lists as high -> one finding of 10.0.0.5,
-- key 203.0.113.66, high, confidence 1, 3 connections.
WITH listed AS (
  SELECT subject, threat_level, confidence, feeds, indicators, description FROM intel_hits WHERE kind = 'ip'
), touched AS (
  SELECT f.site, f.tw_start, f.ts, f.orig_h, f.resp_h, f.resp_p, f.proto, f.established, f.orig_size, f.resp_size,
    o.subject IS NOT NULL AS from_listed, r.subject IS NOT NULL AND f.proto <> 'icmp' AS to_listed
  FROM d_flows f
  LEFT JOIN listed o ON o.subject = f.orig_h
  LEFT JOIN listed r ON r.subject = f.resp_h
  WHERE o.subject IS NOT NULL OR r.subject IS NOT NULL
), contacts AS (
  SELECT site, tw_start, orig_h AS profile, resp_h AS listed, resp_h AS peer, 'out' AS direction, ts, resp_p, proto, established, orig_size, resp_size
  FROM touched WHERE to_listed
  UNION ALL
  SELECT site, tw_start, orig_h, orig_h, resp_h, 'in', ts, resp_p, proto, established, orig_size, resp_size
  FROM touched WHERE from_listed
  UNION ALL
  SELECT site, tw_start, orig_h, answer, answer, 'answer', ts, NULL, NULL, NULL, NULL, NULL
  FROM (SELECT site, tw_start, orig_h, ts, unnest(answers) AS answer FROM d_dns WHERE orig_h IS NOT NULL)
  SEMI JOIN listed ON listed.subject = answer
), counted AS (
  SELECT site, tw_start, profile, listed, min(ts) AS ts, max(ts) AS last_ts,
    count(*) FILTER (direction <> 'answer') AS connections, count(*) FILTER (direction = 'answer') AS answers,
    bool_or(direction = 'out') AS is_out, bool_or(direction = 'in') AS is_in, coalesce(bool_or(established), false) AS established,
    coalesce(sum(orig_size), 0)::BIGINT AS sent, coalesce(sum(resp_size), 0)::BIGINT AS received,
    count(DISTINCT peer) AS peers, min(peer) AS peer,
    CASE WHEN count(DISTINCT proto) = 1 THEN min(proto) END AS proto, CASE WHEN count(DISTINCT (proto, resp_p)) = 1 THEN min(resp_p) END AS port
  FROM contacts
  GROUP BY site, tw_start, profile, listed
)
SELECT
  c.profile,
  c.site,
  c.ts,
  c.listed AS key,
  c.profile AS attacker,
  CASE WHEN c.peers = 1 THEN c.peer END AS victim,
  c.proto,
  c.port,
  l.confidence * CASE
    WHEN c.is_out THEN 1
    WHEN c.is_in THEN $inbound_confidence * CASE WHEN c.established THEN 1 ELSE $unanswered END
    ELSE $answer_confidence
  END AS confidence,
  l.threat_level,
  {listed: c.listed, direction: CASE WHEN c.is_out THEN 'out' WHEN c.is_in THEN 'in' ELSE 'answer' END, feeds: array_to_string(l.feeds, ', '),
    indicators: l.indicators[:10], description: coalesce(l.description, 'no reason given'), connections: c.connections, dns_answers: c.answers, peers: c.peers,
    bytes_sent: c.sent, bytes_received: c.received, last_ts: c.last_ts} AS details
FROM counted c JOIN listed l ON l.subject = c.listed
