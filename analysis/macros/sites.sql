-- Number of a site in the order of names, from 1; profiles/parts.sql sets the variable.
CREATE OR REPLACE TEMP MACRO site_number(name) AS list_position(getvariable('site_names'), name);

-- Number of a window, site and number of an address (32 bits) as one number; and back.
CREATE OR REPLACE TEMP MACRO who_of(tw, site, address_no) AS
  ((tw::BIGINT * len(getvariable('site_names')) + site_number(site) - 1) << 32) + address_no;
CREATE OR REPLACE TEMP MACRO window_of(who) AS (who >> 32) // len(getvariable('site_names'));
CREATE OR REPLACE TEMP MACRO site_of(who) AS getvariable('site_names')[(who >> 32) % len(getvariable('site_names')) + 1];
CREATE OR REPLACE TEMP MACRO address_of(who) AS (who & 4294967295)::INTEGER;
