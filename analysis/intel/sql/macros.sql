-- `1[.]2(.)3` and `hxxp` as reports write them.
CREATE OR REPLACE TEMP MACRO refanged(t) AS
  CASE WHEN regexp_matches(t, '\[|\(|^hxx') THEN
    regexp_replace(replace(replace(replace(replace(t, '[.]', '.'), '(.)', '.'), '[:]', ':'), '[://]', '://'), '^hxx', 'htt')
  ELSE t END;

-- Word number `k` (a literal) of a line.
CREATE OR REPLACE TEMP MACRO line_word(line, k) AS
  regexp_extract(line, '^\s*(?:\S+\s+){' || (k - 1) || '}(\S+)', 1);

-- Cells of a line; `sep` is a literal. Quotes around a cell stay.
CREATE OR REPLACE TEMP MACRO csv_cells(line, sep) AS
  regexp_extract_all(sep || line, '[' || sep || '] *("(?:[^"]|"")*"|[^' || sep || ']*)', 1);

-- A cell without its quotes and blanks; NULL when empty.
CREATE OR REPLACE TEMP MACRO csv_text(cell) AS
  nullif(trim(CASE WHEN starts_with(cell, '"') THEN replace(cell[2:-2], '""', '"') ELSE cell END), '');

-- Host name of at least two labels.
CREATE OR REPLACE TEMP MACRO is_domain(t) AS
  length(t) <= 253 AND regexp_full_match(t, '(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]');

-- A domain as it is compared: lower case, without `*.` before and `.` after it.
CREATE OR REPLACE TEMP MACRO domain_form(t) AS
  CASE WHEN regexp_matches(t, '^[*.]|[.]$|[A-Z]') THEN lower(regexp_replace(rtrim(t, '.'), '^(\*\.|\.)+', '')) ELSE t END;

-- Text that is an indicator by its looks: ip | cidr | url | asn | md5 | sha1 | sha256 | ja4 | domain. The usual ones first;
-- whether an address or network is one shows when its key is made.
CREATE OR REPLACE TEMP MACRO intel_shape(t) AS
  CASE
    WHEN regexp_full_match(t, '\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}') THEN 'ip'
    WHEN contains(t, '://') THEN 'url'
    WHEN regexp_full_match(t, '[0-9a-fA-F]+') THEN CASE length(t) WHEN 32 THEN 'md5' WHEN 40 THEN 'sha1' WHEN 64 THEN 'sha256' END
    WHEN regexp_full_match(t, '[0-9a-fA-F.:]+/\d{1,3}|[0-9.]+ ?- ?[0-9.]+') THEN 'cidr'
    WHEN regexp_full_match(t, '(?i)AS\d{1,10}') THEN 'asn'
    WHEN regexp_full_match(t, '[tqd][0-9ds][0-9][di][0-9]{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}') THEN 'ja4'
    WHEN regexp_full_match(t, '[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){15,31}') THEN CASE length(t) WHEN 47 THEN 'md5' WHEN 59 THEN 'sha1' WHEN 95 THEN 'sha256' END
    WHEN regexp_full_match(t, '[0-9a-fA-F.]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*(%.+)?') THEN 'ip'
    WHEN is_domain(domain_form(t)) THEN 'domain'
  END;

-- A URL as it is compared: no scheme, host in lower case without the port that goes without saying, path from `/`.
CREATE OR REPLACE TEMP MACRO url_form(t) AS
  regexp_replace(
    CASE WHEN regexp_matches(t, '^(?:[a-zA-Z]+://)?[^/?]+[/?]')
      THEN lower(regexp_extract(t, '^(?:[a-zA-Z]+://)?([^/?]+)', 1)) || regexp_replace(regexp_extract(t, '^(?:[a-zA-Z]+://)?[^/?]+([/?][^#]*)', 1), '^\?', '/?')
      ELSE lower(regexp_replace(regexp_replace(t, '#.*$', ''), '^[a-zA-Z]+://', '')) || '/' END,
    '^([^/]+?):(?:80|443)/', '\1/');

-- The form in which an indicator of a shape is compared and stored; addresses are made canonical elsewhere.
CREATE OR REPLACE TEMP MACRO intel_form(t, shape) AS
  CASE shape
    WHEN 'domain' THEN domain_form(t)
    WHEN 'url' THEN url_form(t)
    WHEN 'asn' THEN 'AS' || TRY_CAST(t[3:] AS BIGINT)
    WHEN 'cidr' THEN replace(lower(t), ' ', '')
    ELSE lower(replace(t, ':', ''))
  END;

-- First or last key (32 hexadecimal digits) of the network of `fixed` bits around a key.
CREATE OR REPLACE TEMP MACRO net_digit(digit, bits, high) AS
  substr('0123456789abcdef', (CASE WHEN high THEN ('0x' || digit)::INTEGER | (15 >> bits) ELSE ('0x' || digit)::INTEGER & (15 << (4 - bits)) & 15 END) + 1, 1);
CREATE OR REPLACE TEMP MACRO net_edge(h, fixed, high) AS
  CASE WHEN fixed >= 128 THEN h ELSE
    h[1:fixed // 4] || net_digit(h[fixed // 4 + 1], fixed % 4, high) || repeat(CASE WHEN high THEN 'f' ELSE '0' END, 31 - fixed // 4) END;

-- Bits of a network that are given, of 128; NULL when they are too many. A range of addresses `a-b` has none.
CREATE OR REPLACE TEMP MACRO net_bits(t) AS
  CASE
    WHEN NOT contains(t, '/') THEN NULL
    WHEN contains(t, ':') THEN CASE WHEN split_part(t, '/', 2)::INTEGER <= 128 THEN split_part(t, '/', 2)::INTEGER END
    WHEN split_part(t, '/', 2)::INTEGER <= 32 THEN split_part(t, '/', 2)::INTEGER + 96
  END;

-- Order of threat levels, and back.
CREATE OR REPLACE TEMP MACRO level_rank(level) AS
  CASE level WHEN 'info' THEN 0 WHEN 'low' THEN 1 WHEN 'medium' THEN 2 WHEN 'high' THEN 3 WHEN 'critical' THEN 4 END;
CREATE OR REPLACE TEMP MACRO level_of_rank(n) AS (['info', 'low', 'medium', 'high', 'critical'])[n + 1];

-- The URL of a request: a proxy is asked for all of it.
CREATE OR REPLACE TEMP MACRO http_url(host, uri) AS
  url_form(CASE WHEN regexp_matches(uri, '^[a-zA-Z]+://') THEN uri ELSE host || CASE WHEN starts_with(uri, '/') THEN uri ELSE '/' || uri END END);
