-- Long flows, chained over the whole case and told per window. Times are whole microseconds.
-- Example: 10.0.0.5 holds 203.0.113.9:4444/tcp for 3 hours -> one finding in the window where the flow began, 10800 s. If
-- the source cuts it after each hour: one finding per window, 3600, 7200 and 10800 s.
WITH long AS (
  SELECT f.site, f.tw_start, f.flow_id, f.ts, f.proto, epoch_us(f.ts) AS began, epoch_us(f.ts) + (f.duration * 1000000)::BIGINT AS ended,
    coalesce(f.orig_size, 0) + coalesce(f.resp_size, 0) AS bytes,
    f.orientation = 'guessed' AND r.is_local AND NOT o.is_local AS turned,
    CASE WHEN turned THEN f.resp_h ELSE f.orig_h END AS host,
    CASE WHEN turned THEN f.orig_h ELSE f.resp_h END AS dst,
    CASE WHEN turned THEN f.orig_p ELSE f.resp_p END AS dport
  FROM d_flows f
  JOIN addresses o ON o.address = f.orig_h
  JOIN addresses r ON r.address = f.resp_h
  WHERE f.duration > $seconds AND f.proto <> 'icmp' AND o.scope NOT IN ('multicast', 'broadcast') AND r.scope NOT IN ('multicast', 'broadcast')
), linked AS (
  SELECT *, coalesce(began > max(ended) OVER (
      PARTITION BY site, host, dst, dport, proto ORDER BY ts, flow_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) + $gap * 1000000::BIGINT, false)::INTEGER AS breaks
  FROM long
), numbered AS (
  SELECT *, sum(breaks) OVER (PARTITION BY site, host, dst, dport, proto ORDER BY ts, flow_id ROWS UNBOUNDED PRECEDING) AS chain
  FROM linked
), chained AS (
  SELECT *, min(began) OVER (PARTITION BY site, host, dst, dport, proto, chain) AS chain_began
  FROM numbered
), told AS (
  SELECT site, host, dst, dport, proto, tw_start, min(ts) AS ts, count(*) AS flows, sum(bytes)::BIGINT AS bytes,
    max(ended - began) AS longest, max(ended - chain_began) AS connected, min(chain_began) AS chain_began
  FROM chained
  GROUP BY ALL
)
SELECT
  host AS profile,
  site,
  ts,
  dst || ':' || coalesce(dport::VARCHAR, '') || '/' || proto AS key,
  host AS attacker,
  dst AS victim,
  proto,
  dport AS port,
  least(1, connected / ($full_seconds * 1000000::BIGINT)) AS confidence,
  {seconds: connected // 1000000, longest: longest // 1000000, flows: flows, bytes: bytes, since: make_timestamp(chain_began)} AS details
FROM told
