-- URLs asked for in the clear, in the form in which feeds are compared.
INSERT INTO intel_seen
SELECT DISTINCT 'url', http_url(host, uri) FROM d_http WHERE uri IS NOT NULL AND (host IS NOT NULL OR contains(uri, '://'));
