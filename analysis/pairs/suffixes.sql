-- Last two labels of every name asked, to be looked up in the list of public suffixes. Reverse look-ups and local names are out.
-- Example: www.example.co.uk -> co.uk.
CREATE OR REPLACE TEMP TABLE last_labels AS
SELECT DISTINCT regexp_extract(name, '[^.]+\.[^.]+$') AS ending
FROM (SELECT DISTINCT lower(rtrim(query, '.')) AS name FROM d_dns WHERE query IS NOT NULL)
WHERE contains(name, '.') AND NOT ends_with(name, '.arpa') AND NOT ends_with(name, '.local');
