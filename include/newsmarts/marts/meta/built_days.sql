CREATE TABLE meta.built_days (capture_day DATE, source_sha256 VARCHAR, acknowledged_sha256 VARCHAR)
