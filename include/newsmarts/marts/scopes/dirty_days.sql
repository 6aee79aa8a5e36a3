-- The changed days that are written now.
SELECT capture_day FROM changed_days WHERE part = $part
