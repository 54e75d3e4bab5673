-- What raises or lowers a pair, looked up by (site, profile, destination). Shares: local hosts that talk to a destination, of
-- all local hosts of the site in scope.
-- Example: one of 60 hosts talks to 203.0.113.9 -> share 0.016667.
CREATE OR REPLACE TEMP TABLE network_sizes AS
SELECT site, count(DISTINCT host) AS hosts FROM (
  SELECT DISTINCT site, orig_h AS host FROM ip_pairs WHERE local_orig
  UNION ALL SELECT DISTINCT site, resp_h FROM ip_pairs WHERE local_resp
) GROUP BY site;

CREATE OR REPLACE TEMP TABLE destination_hosts AS
SELECT 'ip' AS kind, site, resp_h AS dst, count(*) AS hosts, min(first_ts) AS first_ts FROM ip_pairs WHERE kept GROUP BY ALL
UNION ALL
SELECT 'sni', site, name, count(DISTINCT orig_h), min(ts) FROM sni_flows GROUP BY ALL;

-- Requests without a Host header, per pair of addresses.
CREATE OR REPLACE TEMP TABLE missing_hosts AS
SELECT 'ip' AS kind, site, orig_h, resp_h AS dst, count(*) AS requests FROM d_http WHERE coalesce(host, '') = '' GROUP BY ALL;

-- A user agent or JA3 that a host used with a single destination: the name, or the address where no name was given.
-- Example: "Updater/0.1" only towards 203.0.113.9 -> that pair is raised.
CREATE OR REPLACE TEMP TABLE rare_signatures AS
SELECT DISTINCT site, orig_h, dst FROM (
  SELECT site, orig_h, min(dst) AS dst FROM (
    SELECT site, orig_h, 'user agent' AS what, user_agent AS signature, coalesce(nullif(lower(host), ''), resp_h) AS dst
    FROM d_http WHERE user_agent <> ''
    UNION ALL
    SELECT site, orig_h, 'ja3', ja3, coalesce(nullif(lower(server_name), ''), resp_h) FROM d_ssl WHERE ja3 <> ''
  )
  GROUP BY site, orig_h, what, signature
  HAVING min(dst) = max(dst)
);

-- Text sent under the name of another kind of file. Only addresses that name an extension are judged.
-- Example: /logo.png answered with text/html -> the pair is raised.
CREATE OR REPLACE TEMP TABLE mime_mismatches AS
WITH answers AS (
  SELECT site, orig_h, coalesce(nullif(lower(host), ''), resp_h) AS dst, lower(resp_mime_types[1]) AS mime,
    lower(regexp_extract(regexp_replace(uri, '[?#].*$', ''), '\.([A-Za-z0-9]{1,8})$', 1)) AS extension
  FROM d_http WHERE starts_with(lower(resp_mime_types[1]), 'text/')
), expected AS (
  FROM (VALUES
    ('text/html', ['html', 'htm', 'shtml', 'xhtml']), ('text/css', ['css']), ('text/csv', ['csv']),
    ('text/javascript', ['js', 'mjs']), ('text/xml', ['xml', 'xsl', 'xsd', 'rss', 'atom', 'svg']), ('text/json', ['json', 'map']),
    ('text/markdown', ['md', 'markdown']), ('text/calendar', ['ics']), ('text/vcard', ['vcf', 'vcard']), ('text/rtf', ['rtf']),
    ('text/tab-separated-values', ['tsv'])) t(mime, extensions)
)
SELECT DISTINCT site, orig_h, dst
FROM answers JOIN expected USING (mime)
WHERE extension <> '' AND NOT list_contains(extensions, extension)
  AND extension NOT IN ('php', 'asp', 'aspx', 'jsp', 'do', 'cgi', 'pl', 'action', 'com', 'net', 'org');
