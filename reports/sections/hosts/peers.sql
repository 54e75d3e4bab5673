-- The other ends of the affected hosts' flows, most bytes first; ports: the ones asked for most.
WITH ends AS (
  SELECT h.n, f.resp_h AS peer, f.resp_p AS port, f.proto, count(*) AS flows, sum(coalesce(f.orig_size, 0))::BIGINT AS sent,
    sum(coalesce(f.resp_size, 0))::BIGINT AS received, min(f.ts) AS first_ts, max(f.ts) AS last_ts
  FROM report_hosts h
  JOIN sources s ON s.site = h.site
  JOIN report_flows f ON f.source_id = s.source_id AND f.orig_h = h.profile
  WHERE h.is_local AND h.n <= $hosts
  GROUP BY h.n, f.resp_h, f.resp_p, f.proto
  UNION ALL
  SELECT h.n, f.orig_h, f.resp_p, f.proto, count(*), sum(coalesce(f.resp_size, 0))::BIGINT, sum(coalesce(f.orig_size, 0))::BIGINT,
    min(f.ts), max(f.ts)
  FROM report_hosts h
  JOIN sources s ON s.site = h.site
  JOIN report_flows f ON f.source_id = s.source_id AND f.resp_h = h.profile
  WHERE h.is_local AND h.n <= $hosts
  GROUP BY h.n, f.orig_h, f.resp_p, f.proto
), peers AS (
  SELECT n, peer, sum(flows)::BIGINT AS flows, sum(sent)::BIGINT AS sent, sum(received)::BIGINT AS received,
    min(first_ts) AS first_ts, max(last_ts) AS last_ts, count(*) AS ports,
    max(struct_pack(flows := flows, least := -coalesce(port, -1), proto := proto)) AS most
  FROM ends
  GROUP BY n, peer
), placed AS (
  SELECT *, count(*) OVER (PARTITION BY n) AS peers,
    row_number() OVER (PARTITION BY n ORDER BY sent + received DESC, flows DESC, peer) AS nth
  FROM peers
)
SELECT p.n, p.peer, p.flows, p.sent, p.received, iso(p.first_ts) AS first_ts, iso(p.last_ts) AS last_ts, p.ports, p.peers,
  CASE WHEN p.most.least <= 0 THEN -p.most.least END AS port, p.most.proto AS proto, d.as_org, d.country, m.name
FROM placed p
LEFT JOIN addresses d ON d.address = p.peer
LEFT JOIN (SELECT address, min(name) AS name FROM names GROUP BY address) m ON m.address = p.peer
WHERE p.nth <= $peers
ORDER BY p.n, p.nth
