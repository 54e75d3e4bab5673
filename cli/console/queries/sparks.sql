-- Flows of the last eight windows of each host of a list; windows in which it did nothing are not among them.
WITH listed AS (
  SELECT DISTINCT unnest(string_split($hosts, chr(10))) AS profile
), numbered AS (
  SELECT p.profile, p.site, p.tw_start, p.flows,
    row_number() OVER (PARTITION BY p.profile, p.site ORDER BY p.tw_start DESC) AS back
  FROM profiles p
  JOIN listed USING (profile)
)
SELECT profile, site, list(flows ORDER BY tw_start) AS spark
FROM numbered
WHERE back <= 8
GROUP BY profile, site
ORDER BY profile, site
