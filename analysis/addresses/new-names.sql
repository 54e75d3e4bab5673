-- Names that traffic showed since, beside those that are known. The earliest time stays.
-- Example: 203.0.113.9 was www.example.com at 08:00, is again at 09:00, and cdn.example now -> one row more.
UPDATE names SET first_ts = s.first_ts
FROM shown_names s
WHERE s.address = names.address AND s.name = names.name AND s.origin = names.origin AND s.first_ts < names.first_ts;

INSERT INTO names
SELECT s.* FROM shown_names s ANTI JOIN names n ON n.address = s.address AND n.name = s.name AND n.origin = s.origin
ORDER BY s.address, s.name, s.origin;
