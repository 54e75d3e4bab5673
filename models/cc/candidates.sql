-- Windows of TCP tuples with enough letters by then, in order: the last letters of each window, and how many of the tuple came
-- before it. Example: a tuple with 4 letters in one hour and 20 in the next -> the second hour is scored.
CREATE OR REPLACE TEMP TABLE cc_tuples AS
SELECT row_number() OVER (ORDER BY site, profile, dst, dport)::INTEGER AS tuple, *
FROM (
  SELECT site, profile, dst, dport
  FROM letters
  WHERE direction = 'out' AND proto = 'tcp'
  GROUP BY ALL
  HAVING sum(length(letters)) >= getvariable('cc_shortest')
);

CREATE OR REPLACE TEMP TABLE cc_rows AS
SELECT row_number() OVER (ORDER BY t.tuple, l.tw_start)::BIGINT AS n, t.tuple, l.rowid AS letters_row, l."offset" = 0 AS fresh,
  right(l.letters, 500) AS letters
FROM letters l
JOIN cc_tuples t ON t.site = l.site AND t.profile = l.profile AND t.dst = l.dst AND t.dport IS NOT DISTINCT FROM l.dport
WHERE l.direction = 'out' AND l.proto = 'tcp';
