-- Windows of the case with their numbers, in parts of about `profile_part` flows: sums of millions of windows spill. From
-- profiles_since on, if that is set.
-- Example: 10 M flows over 24 hours, parts of 3 M -> 4 parts.
SET VARIABLE site_names = (SELECT list(DISTINCT site ORDER BY site) FROM sources);

CREATE OR REPLACE TEMP TABLE window_numbers AS
SELECT tw_start, row_number() OVER (ORDER BY tw_start)::INTEGER AS tw,
  (sum(flows) OVER (ORDER BY tw_start) // getvariable('profile_part'))::INTEGER AS part, first_ts, last_ts
FROM (
  SELECT window_start(ts) AS tw_start, count(*) AS flows, min(ts) AS first_ts, max(ts) AS last_ts FROM main.flows
  WHERE ts >= coalesce(getvariable('profiles_since'), '-infinity'::TIMESTAMP)
  GROUP BY ALL
);

CREATE OR REPLACE TEMP TABLE address_numbers AS
SELECT address, is_local, row_number() OVER (ORDER BY key, address)::INTEGER AS address_no FROM addresses;
