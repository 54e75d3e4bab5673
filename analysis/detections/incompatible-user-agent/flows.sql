-- Flows of the host's requests with user agents of the system.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT n.profile, n.site, n.tw_start, n.key, h.source_id, h.uid
  FROM d_http h
  JOIN (
    SELECT user_agent,
    CASE
      WHEN regexp_matches(user_agent, '(?i)windows phone') THEN NULL
      WHEN regexp_matches(user_agent, '(?i)windows nt|win32|win64|microsoft-cryptoapi|microsoft bits|microsoft ncsi|windowspowershell|windows-update-agent') THEN 'Windows'
      WHEN regexp_matches(user_agent, '(?i)android|dalvik') THEN 'Android'
      WHEN regexp_matches(user_agent, '(?i)iphone|ipad|ipod|captivenetworksupport|ios/') THEN 'iOS'
      WHEN regexp_matches(user_agent, '(?i)macintosh|mac os x|darwin/.*x86_64|macos') THEN 'macOS'
      WHEN regexp_matches(user_agent, '(?i)linux|x11;|debian apt|ubuntu') THEN 'Linux'
    END AS system
    FROM (SELECT DISTINCT user_agent FROM d_http WHERE user_agent <> '')
  ) a ON a.user_agent = h.user_agent
  JOIN findings n ON n.site = h.site AND n.tw_start = h.tw_start AND n.profile = h.orig_h AND n.key = a.system
) e ON e.source_id = f.source_id AND e.uid = f.uid
