-- Networks among the indicators that the case has used.
INSERT INTO intel_ranges
WITH keyed AS (
  SELECT *, ip_key(canonical_ip(regexp_extract(indicator, '^[^/-]+'))) AS key, net_bits(indicator) AS bits, ip_key(nullif(split_part(indicator, '-', 2), '')) AS upto
  FROM indicators
  WHERE kind = 'cidr' AND regexp_full_match(indicator, '[0-9a-f.:]+(/\d{1,3}|-[0-9.]+)')
), ranged AS (
  SELECT *, CASE WHEN bits IS NULL THEN key ELSE unhex(net_edge(lower(hex(key)), bits, false)) END AS lo,
    CASE WHEN bits IS NULL THEN upto ELSE unhex(net_edge(lower(hex(key)), bits, true)) END AS hi
  FROM keyed
)
SELECT lo, hi, ip_scope(lo) = 'public', indicator, feed, threat_level, description FROM ranged WHERE lo IS NOT NULL AND hi IS NOT NULL;
