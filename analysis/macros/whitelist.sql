-- A name is a whitelisted domain or below it: label by label, so that xslack.com is not slack.com.
CREATE OR REPLACE TEMP MACRO in_domain(name, domain) AS name = domain OR ends_with(name, '.' || domain);

-- Words of an organisation's name between single blanks, so that whole words are found: "apple" is not in "Pineapple Net".
CREATE OR REPLACE TEMP MACRO org_words(name) AS ' ' || trim(regexp_replace(lower(name), '[^\p{L}\p{N}]+', ' ', 'g')) || ' ';
