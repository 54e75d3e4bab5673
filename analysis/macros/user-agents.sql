-- Operating system that a user agent claims; NULL: unknown. Works text by text: ask it about distinct user agents.
CREATE OR REPLACE TEMP MACRO user_agent_system(agent) AS
  CASE
    WHEN regexp_matches(agent, '(?i)windows phone') THEN NULL
    WHEN regexp_matches(agent, '(?i)windows nt|win32|win64|microsoft-cryptoapi|microsoft bits|microsoft ncsi|windowspowershell|windows-update-agent') THEN 'Windows'
    WHEN regexp_matches(agent, '(?i)android|dalvik') THEN 'Android'
    WHEN regexp_matches(agent, '(?i)iphone|ipad|ipod|captivenetworksupport|ios/') THEN 'iOS'
    WHEN regexp_matches(agent, '(?i)macintosh|mac os x|darwin/.*x86_64|macos') THEN 'macOS'
    WHEN regexp_matches(agent, '(?i)linux|x11;|debian apt|ubuntu') THEN 'Linux'
  END;
