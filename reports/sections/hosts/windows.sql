-- Windows of the affected hosts: the highest scores are kept, then put in order of time.
SELECT n, iso(tw_start) AS tw_start, iso(tw_end) AS tw_end, flows, flows_not_est, peers, bytes_sent, bytes_received,
  score, alerted, windows
FROM (
  SELECT h.n, p.*, count(*) OVER (PARTITION BY h.n) AS windows,
    row_number() OVER (PARTITION BY h.n ORDER BY p.score DESC, p.tw_start) AS nth
  FROM report_hosts h
  JOIN report_profiles p ON p.profile = h.profile AND p.site = h.site
  WHERE h.is_local AND h.n <= $hosts
)
WHERE nth <= $windows
ORDER BY n, tw_start
