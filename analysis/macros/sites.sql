-- Number of a site in the order of names, from 1; profiles/parts.sql sets the variable.
CREATE OR REPLACE TEMP MACRO site_number(name) AS list_position(getvariable('site_names'), name);

-- Window of a time since profile_from and its site as one number, with room for the number of an address (32 bits); and back.
CREATE OR REPLACE TEMP MACRO window_and_site(t, site) AS
  (coalesce((epoch_us(t) - epoch_us(getvariable('profile_from'))) // getvariable('window_us'), 0) * len(getvariable('site_names'))
    + site_number(site) - 1) << 32;
CREATE OR REPLACE TEMP MACRO site_of(who) AS getvariable('site_names')[(who >> 32) % len(getvariable('site_names')) + 1];
CREATE OR REPLACE TEMP MACRO window_of(who) AS
  getvariable('profile_from')
    + to_microseconds(coalesce((who >> 32) // len(getvariable('site_names')) * getvariable('window_us'), 0));
CREATE OR REPLACE TEMP MACRO address_of(who) AS (who & 4294967295)::INTEGER;
