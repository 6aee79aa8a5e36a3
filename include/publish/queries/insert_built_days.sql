INSERT INTO meta.built_days
SELECT capture_day, source_sha256 FROM source.warehouse.days ORDER BY capture_day
