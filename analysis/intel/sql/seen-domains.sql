-- Names that were asked for or answered (DNS), and names of servers (TLS, HTTP), each once; then all their parents.
CREATE OR REPLACE TEMP TABLE intel_names AS
SELECT DISTINCT name FROM (
  SELECT domain_form(query) AS name FROM d_dns WHERE query IS NOT NULL
  UNION ALL SELECT domain_form(answer) FROM (SELECT unnest(answers) AS answer FROM d_dns) WHERE NOT is_ip(answer)
  UNION ALL SELECT domain_form(server_name) FROM d_ssl WHERE server_name IS NOT NULL
  UNION ALL SELECT domain_form(regexp_replace(host, ':\d+$', '')) FROM d_http WHERE host IS NOT NULL
)
WHERE is_domain(name) AND NOT ends_with(name, '.arpa') AND NOT ends_with(name, '.local');

INSERT INTO intel_seen
SELECT DISTINCT 'domain', array_to_string(labels[k:], '.')
FROM (SELECT labels, unnest(range(1, len(labels))) AS k FROM (SELECT string_split(name, '.') AS labels FROM intel_names));
