-- Valid pages that only one side's marts withhold.
SELECT capture_id::VARCHAR AS capture_id, source_path, capture_day, detail
FROM (FROM one.marts.quarantine WHERE stage = 'publish') AS withheld
ANTI JOIN (FROM other.marts.quarantine WHERE stage = 'publish') AS there USING (capture_id)
ORDER BY capture_day, source_path, capture_id, detail
