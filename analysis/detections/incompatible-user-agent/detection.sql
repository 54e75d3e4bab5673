-- Example: 10.0.0.5 has the MAC 00:03:93:… (Apple) and uses "Dalvik/2.1.0 (Linux; U; Android 12)" -> key Android.
WITH devices AS (
  SELECT a.address, min(m.maker) AS maker, min(m.kind) AS kind
  FROM (
    SELECT address, mac, count(*) FILTER (NOT contains(address, ':')) OVER (PARTITION BY mac) AS sharing FROM addresses WHERE mac IS NOT NULL AND is_local
  ) a
  JOIN data_makers m ON m.prefix = substr(regexp_replace(lower(a.mac), '[^0-9a-f]', '', 'g'), 1, 6)
  WHERE a.sharing <= 1
  GROUP BY a.address
), agents AS (
  SELECT user_agent, user_agent_system(user_agent) AS system
  FROM (SELECT DISTINCT user_agent FROM d_http WHERE user_agent <> '')
), used AS (
  SELECT h.site, h.tw_start, h.orig_h, d.maker, d.kind, a.system, h.user_agent, h.ts,
    CASE
      WHEN d.kind = 'apple' AND a.system = 'Android' OR d.kind <> 'apple' AND (a.system = 'iOS' OR a.system = 'macOS') THEN 0.8
      WHEN d.kind = 'apple' AND a.system = 'Windows' OR d.kind = 'phone' AND a.system = 'Windows' OR d.kind = 'pc' AND a.system = 'Android' THEN 0.3
    END AS certainty
  FROM d_http h
  JOIN devices d ON d.address = h.orig_h
  JOIN agents a ON a.user_agent = h.user_agent
)
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  system AS key,
  orig_h AS attacker,
  NULL AS victim,
  'tcp' AS proto,
  NULL AS port,
  max(certainty) AS confidence,
  {maker: min(maker), user_agent: substr(min(user_agent), 1, 200), requests: count(*), last_ts: max(ts)} AS details
FROM used
WHERE certainty IS NOT NULL
GROUP BY orig_h, site, tw_start, system
