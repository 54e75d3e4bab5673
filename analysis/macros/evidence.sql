-- Number of a threat level.
CREATE OR REPLACE TEMP MACRO level_weight(level) AS
  CASE level WHEN 'info' THEN 0.0 WHEN 'low' THEN 0.2 WHEN 'medium' THEN 0.5 WHEN 'high' THEN 0.8 WHEN 'critical' THEN 1.0 END::DOUBLE;

-- A confidence between 0 and 1, as stored.
CREATE OR REPLACE TEMP MACRO confidence(x) AS round(greatest(0.0, least(1.0, x::DOUBLE)), 6);

-- 16 hex of SHA-256 over parts joined by the unit separator.
CREATE OR REPLACE TEMP MACRO stable_id(parts) AS substr(sha256(array_to_string(parts, chr(31))), 1, 16);

-- A score in a sentence: two digits, three from .99 on, never rounded up to 1.00. Example: score_text(0.998098) = '0.998'.
CREATE OR REPLACE TEMP MACRO score_text(x) AS
  CASE WHEN x > 0.99 AND x < 1 THEN printf('%.3f', floor(x * 1000) / 1000) ELSE printf('%.2f', x) END;
