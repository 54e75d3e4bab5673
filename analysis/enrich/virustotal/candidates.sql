-- What local hosts met outside and may be asked about: public addresses, names, URLs in the clear without a query, files.
-- Listed by feeds first, then a few of each kind in turn, met by fewest hosts first.
CREATE OR REPLACE TEMP TABLE vt_candidates AS
WITH local_hosts AS (
  SELECT address FROM addresses WHERE is_local
), outside AS (
  SELECT address FROM addresses WHERE NOT is_local AND scope = 'public'
), met AS (
  SELECT 'virustotal-address' AS kind, resp_h AS subject, 'ip' AS listed_as, resp_h AS listed_by, orig_h, ts
  FROM d_flows
  WHERE proto <> 'icmp' AND orig_h IN (FROM local_hosts) AND resp_h IN (FROM outside)
  UNION ALL
  SELECT 'virustotal-domain', name, 'domain', name, orig_h, ts
  FROM (
    SELECT domain_form(query) AS name, orig_h, ts FROM d_dns WHERE query IS NOT NULL
    UNION ALL SELECT domain_form(server_name), orig_h, ts FROM d_ssl WHERE server_name IS NOT NULL
    UNION ALL SELECT domain_form(regexp_replace(host, ':\d+$', '')), orig_h, ts FROM d_http WHERE host IS NOT NULL
  )
  WHERE orig_h IN (FROM local_hosts) AND is_domain(name)
  UNION ALL
  SELECT 'virustotal-url', 'http://' || url, 'url', url, orig_h, ts
  FROM (SELECT http_url(host, uri) AS url, orig_h, resp_h, ts FROM d_http WHERE uri IS NOT NULL AND (host IS NOT NULL OR contains(uri, '://')))
  WHERE orig_h IN (FROM local_hosts) AND resp_h IN (FROM outside) AND length(url) <= 1000 AND NOT regexp_matches(url, '[?@\s]')
  UNION ALL
  SELECT 'virustotal-file', hash, 'file', hash, host, ts
  FROM (
    SELECT lower(coalesce(sha256, sha1, md5)) AS hash, coalesce(rx_hosts[1], CASE WHEN is_orig THEN resp_h ELSE orig_h END) AS host, ts
    FROM d_files
    WHERE source IS NULL OR source NOT IN ('SSL', 'TLS', 'DTLS', 'QUIC')
  )
  WHERE regexp_full_match(hash, '[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}')
), counted AS (
  SELECT kind, subject, count(DISTINCT orig_h) AS hosts, min(ts) AS first_ts, min(listed_as) AS listed_as, min(listed_by) AS listed_by
  FROM met
  GROUP BY kind, subject
), ranked AS (
  SELECT c.kind, c.subject, h.subject IS NOT NULL AS listed,
    row_number() OVER (PARTITION BY c.kind, h.subject IS NOT NULL ORDER BY c.hosts, c.first_ts, c.subject) AS turn
  FROM counted c
  LEFT JOIN (SELECT DISTINCT kind, subject FROM intel_hits) h ON h.kind = c.listed_as AND h.subject = c.listed_by
)
SELECT kind, subject, row_number() OVER (ORDER BY NOT listed, turn, kind, subject) AS n
FROM ranked
WHERE turn <= 20000;
