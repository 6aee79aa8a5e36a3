SELECT capture_day, source_sha256, acknowledged_sha256 FROM days_now
WHERE capture_day IN (SELECT capture_day FROM dirty_days)
ORDER BY capture_day
