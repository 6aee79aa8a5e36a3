SELECT capture_day, concat_ws(' ', source_sha256, acknowledged_sha256) FROM meta.built_days ORDER BY capture_day
