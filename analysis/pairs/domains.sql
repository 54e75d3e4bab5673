-- Registrable domains with the names asked below them. Many names (100, 500, 800, 1000) are a threat of a tunnel, a
-- domain or a name below it that feeds list is one of .8. Only then prevalence counts, and for a tunnel +.15 when nobody connects to an address of the domain without having asked for it.
-- Example: 1,200 names below t.example asked by one of 80 hosts, no connection -> 0.8 + 0.15 + 0.15 = 1.1, critical.
INSERT INTO domains
WITH counted AS (
  SELECT domain, site, count(DISTINCT name) AS subdomains, sum(visits)::BIGINT AS visits, count(DISTINCT orig_h) AS hosts,
    min(first_ts) AS first_ts, max(last_ts) AS last_ts
  FROM domain_names
  GROUP BY ALL
), many AS (
  SELECT domain, site FROM counted WHERE subdomains >= 100
), resolved AS (
  SELECT DISTINCT m.domain, m.site, a.address
  FROM many m
  JOIN domain_names d ON d.domain = m.domain AND d.site = m.site
  JOIN names a ON a.name = d.name AND a.origin = 'dns'
), direct AS (
  SELECT r.domain, r.site, count(DISTINCT p.orig_h) AS direct_hosts
  FROM resolved r
  JOIN ip_pairs p ON p.site = r.site AND p.resp_h = r.address
  WHERE NOT EXISTS (SELECT 1 FROM domain_names d WHERE d.domain = r.domain AND d.site = r.site AND d.orig_h = p.orig_h)
  GROUP BY ALL
), listed AS (
  SELECT domain, site, string_agg(DISTINCT feed, ', ' ORDER BY feed) AS feeds FROM (
    SELECT d.domain, d.site, unnest(h.feeds) AS feed
    FROM domain_names d JOIN intel_hits h ON h.kind = 'domain' AND h.subject = domain_form(d.name)
  )
  GROUP BY ALL
), scored AS (
  SELECT c.*, coalesce(d.direct_hosts, 0) AS direct_hosts,
    threat_of(c.subdomains, 100, 500, 800, 1000) AS dns_score,
    round(c.hosts / greatest(c.hosts, coalesce(n.hosts, 0)), 6) AS prevalence,
    CASE WHEN c.subdomains >= 100 OR l.domain IS NOT NULL THEN prevalence_modifier(prevalence) ELSE 0 END AS prevalence_modifier,
    CASE WHEN c.subdomains >= 100 AND d.domain IS NULL THEN 0.15 ELSE 0 END AS direct_modifier,
    l.feeds AS intel_feeds, CASE WHEN l.domain IS NOT NULL THEN 0.8 ELSE 0 END AS intel_threat
  FROM counted c
  LEFT JOIN network_sizes n ON n.site = c.site
  LEFT JOIN direct d ON d.domain = c.domain AND d.site = c.site
  LEFT JOIN listed l ON l.domain = c.domain AND l.site = c.site
), summed AS (
  SELECT *, round(greatest(0, greatest(dns_score, intel_threat) + (prevalence_modifier + direct_modifier)::DOUBLE), 6) AS score FROM scored
)
SELECT domain, site, subdomains, visits, hosts, first_ts, last_ts, score, severity_of(score), prevalence, direct_hosts, dns_score,
  prevalence_modifier, direct_modifier, intel_feeds, intel_threat
FROM summed;
