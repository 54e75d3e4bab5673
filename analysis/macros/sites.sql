-- Number of a site in the order of names; profiles/parts.sql sets the variable.
CREATE OR REPLACE TEMP MACRO site_number(name) AS list_position(getvariable('site_names'), name)::USMALLINT;
