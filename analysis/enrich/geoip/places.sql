-- Countries of range_answers(address, country): the shipped ranges know no cities.
CREATE OR REPLACE TEMP TABLE address_places AS
SELECT address, country, NULL::VARCHAR AS city, NULL::DOUBLE AS lat, NULL::DOUBLE AS lon FROM range_answers;
DROP TABLE range_answers;
