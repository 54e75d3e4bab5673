-- Rows of one feed as indicators, or with the reason why they are none. intel_rows(indicator, said, level, description,
-- reason): the words of the feed. intel_shapes(shape, kind): the kinds that it may hold; a row may be of several (a hash
-- of a list of JA3 that servers are compared with too). A row without a level has that of the feed.
CREATE OR REPLACE TEMP TABLE intel_parsed AS
WITH worded AS (
  SELECT refanged(indicator) AS t, said, level, description, reason FROM intel_rows
), shaped AS (
  SELECT t, CASE WHEN said = 'url' THEN 'url' ELSE intel_shape(t) END AS shape, said, level, description, reason FROM worded
), kinds AS (
  SELECT s.t, s.shape, k.kind, s.level, s.description,
    CASE
      WHEN s.reason IS NOT NULL THEN s.reason
      WHEN s.shape IS NULL THEN 'no indicator'
      WHEN k.kind IS NULL THEN 'not a kind of this feed: ' || coalesce(s.said, s.shape)
    END AS reason
  FROM shaped s
  LEFT JOIN intel_shapes k ON k.shape = s.shape AND (s.said IS NULL OR s.said = k.kind OR (s.said = 'ip' AND k.kind = 'cidr'))
    AND s.reason IS NULL
), formed AS (
  SELECT kind, level, description, reason,
    CASE WHEN reason IS NULL AND shape <> 'ip' THEN intel_form(t, shape) END AS form,
    CASE WHEN reason IS NULL AND shape IN ('ip', 'cidr') THEN canonical_ip(trim(regexp_extract(t, '^[^/-]+'))) END AS address,
    CASE WHEN reason IS NULL AND shape = 'cidr' AND contains(t, '-') THEN trim(split_part(t, '-', 2)) END AS upto
  FROM kinds
), keyed AS (
  SELECT kind, coalesce(form, address) AS indicator, level, description, reason, ip_key(address) AS key, ip_key(upto) AS upto,
    CASE WHEN kind = 'cidr' THEN net_bits(form) END AS bits
  FROM formed
), ranged AS (
  SELECT kind, indicator, level, description, reason, bits,
    CASE WHEN bits IS NULL THEN key ELSE unhex(net_edge(lower(hex(key)), bits, false)) END AS lo,
    CASE WHEN bits IS NULL THEN upto ELSE unhex(net_edge(lower(hex(key)), bits, true)) END AS hi
  FROM keyed
), scoped AS (
  SELECT *, CASE WHEN lo IS NOT NULL THEN ip_scope(lo) = 'public' END AS public_lo, CASE WHEN hi IS NOT NULL THEN ip_scope(hi) = 'public' END AS public_hi
  FROM ranged
)
SELECT kind, indicator, lo, hi,
  CASE WHEN level_rank(level) IS NULL THEN coalesce(CASE WHEN level_rank(lower(level)) IS NOT NULL THEN lower(level) END, getvariable('intel_level')) ELSE level END AS level,
  coalesce(description, getvariable('intel_description')) AS description,
  CASE
    WHEN reason IS NOT NULL THEN reason
    WHEN indicator IS NULL THEN 'no indicator'
    WHEN kind = 'cidr' AND (lo IS NULL OR hi IS NULL OR lo > hi) THEN 'no network'
    WHEN bits < CASE WHEN contains(indicator, ':') THEN 16 ELSE 104 END THEN 'network too wide'
    WHEN kind = 'cidr' AND bits IS NULL AND lo[1:13] <> hi[1:13] THEN 'network too wide'
    WHEN NOT getvariable('intel_allow_private') AND (NOT public_lo OR NOT public_hi) THEN 'not a public address'
  END AS reason
FROM scoped;
