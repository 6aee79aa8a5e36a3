-- Days whose content differs between the warehouse and what the candidate was built from.
CREATE OR REPLACE TEMP TABLE dirty_days AS
SELECT coalesce(loaded.capture_day, built.capture_day) AS capture_day
FROM source.warehouse.days AS loaded
FULL JOIN meta.built_days AS built ON built.capture_day = loaded.capture_day
WHERE loaded.source_sha256 IS DISTINCT FROM built.source_sha256
