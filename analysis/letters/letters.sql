-- The strings with the names of their tuples. Most columns are short texts that come again: to try FSST for each row group costs a
-- fifth of the insert and wins seldom.
SET disabled_compression_methods = 'fsst';
INSERT INTO letters
SELECT t.profile, t.site, s.tw_start, t.dst, CASE WHEN t.dport >= 0 THEN t.dport END, t.proto, t.direction, s.letters, s."offset", s.flows, NULL
FROM letter_strings s JOIN letter_tuples t USING (tuple);
RESET disabled_compression_methods;
DROP TABLE letter_strings;
DROP TABLE letter_tuples;
