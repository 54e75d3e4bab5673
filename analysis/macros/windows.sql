-- Start of the window of a time: aligned to the epoch, or to the first flow with --window-origin first; the epoch
-- itself with --window one. The run sets window_us (NULL for one) and window_origin.
CREATE OR REPLACE TEMP MACRO window_start(t) AS
  CASE
    WHEN getvariable('window_us') IS NULL THEN TIMESTAMP '1970-01-01 00:00:00'
    ELSE time_bucket(to_microseconds(getvariable('window_us')::BIGINT), t, getvariable('window_origin')::TIMESTAMP)
  END;

-- End (exclusive) of the window that starts at `s`.
CREATE OR REPLACE TEMP MACRO window_end(s) AS
  CASE
    WHEN getvariable('window_us') IS NULL THEN getvariable('window_last')::TIMESTAMP
    ELSE s + to_microseconds(getvariable('window_us')::BIGINT)
  END;
