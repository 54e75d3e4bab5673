-- Numbers of all windows again, those without flows among them.
UPDATE profiles SET tw = n.tw
FROM (
  SELECT tw_start, row_number() OVER (ORDER BY tw_start)::INTEGER AS tw
  FROM (SELECT window_start(ts) AS tw_start FROM main.flows UNION SELECT tw_start FROM profiles)
) n
WHERE n.tw_start = profiles.tw_start AND n.tw <> profiles.tw;
