-- Names of the case at or below a listed domain.
CREATE OR REPLACE TEMP TABLE intel_below AS
WITH tails AS (
  SELECT DISTINCT regexp_extract(indicator, '[^.]+\.[^.]+$') AS tail FROM indicators WHERE kind = 'domain'
), near AS (
  SELECT name FROM intel_names SEMI JOIN tails ON tails.tail = regexp_extract(name, '[^.]+\.[^.]+$')
), parents AS (
  SELECT name, array_to_string(labels[k:], '.') AS parent
  FROM (SELECT name, labels, unnest(range(1, len(labels))) AS k FROM (SELECT name, string_split(name, '.') AS labels FROM near))
)
SELECT name, parent FROM parents SEMI JOIN (SELECT indicator FROM indicators WHERE kind = 'domain') i ON i.indicator = parents.parent;
