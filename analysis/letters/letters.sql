-- The strings with the names of their tuples.
INSERT INTO letters
SELECT t.profile, t.site, s.tw_start, t.dst, CASE WHEN t.dport >= 0 THEN t.dport END, t.proto, t.direction, s.letters, s."offset", s.flows, NULL
FROM letter_strings s JOIN letter_tuples t USING (tuple);
DROP TABLE letter_strings;
DROP TABLE letter_tuples;
