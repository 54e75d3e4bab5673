UNION ALL
SELECT id, reason FROM (
  SELECT id,
    CASE
      WHEN NOT coalesce(eve_time_ok(TRY_CAST(v.start AS TIMESTAMPTZ)), false) THEN 'netflow.start is not a time'
      WHEN v.end IS NOT NULL AND NOT coalesce(eve_time_ok(TRY_CAST(v.end AS TIMESTAMPTZ)), false) THEN 'netflow.end is not a time'
      WHEN TRY_CAST(v.end AS TIMESTAMPTZ) < TRY_CAST(v.start AS TIMESTAMPTZ) THEN 'flow ends before it starts'
    END AS reason
  FROM (SELECT rowid AS id, from_json(content, '{"start": "VARCHAR", "end": "VARCHAR"}') AS v FROM eve WHERE event_type = 'netflow'))
WHERE reason IS NOT NULL
