SELECT capture_day, source_sha256 FROM meta.built_days ORDER BY capture_day
