-- What was given to the tool.
SELECT DISTINCT left(root, $text + 1) AS root, kind, site FROM sources ORDER BY site, root, kind LIMIT 20
