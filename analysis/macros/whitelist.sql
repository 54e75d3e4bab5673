-- A name is a whitelisted domain or below it: label by label, so that xslack.com is not slack.com.
CREATE OR REPLACE TEMP MACRO in_domain(name, domain) AS name = domain OR ends_with(name, '.' || domain);
