-- Numbers of the windows that have a profile: flows of some may be gone.
UPDATE profiles SET tw = n.tw
FROM (SELECT tw_start, row_number() OVER (ORDER BY tw_start)::INTEGER AS tw FROM (SELECT DISTINCT tw_start FROM profiles)) n
WHERE n.tw_start = profiles.tw_start AND n.tw <> profiles.tw;
