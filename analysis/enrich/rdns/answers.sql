-- Names by reverse look-up that the case holds; a case file may bring answers that are no JSON.
CREATE OR REPLACE TEMP TABLE address_rdns AS
SELECT subject AS address, min(answer ->> '$.names[0]') AS name
FROM (SELECT subject, CASE WHEN json_valid(answer) THEN answer END AS answer FROM lookups WHERE kind = 'rdns')
GROUP BY subject
HAVING name IS NOT NULL;
