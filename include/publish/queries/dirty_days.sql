-- Days whose content, or what is acknowledged of it, differs from what the candidate was built from.
CREATE OR REPLACE TEMP TABLE dirty_days AS
SELECT coalesce(days_now.capture_day, built.capture_day) AS capture_day
FROM days_now
FULL JOIN meta.built_days AS built ON built.capture_day = days_now.capture_day
WHERE days_now.source_sha256 IS DISTINCT FROM built.source_sha256
    OR days_now.acknowledged_sha256 IS DISTINCT FROM built.acknowledged_sha256
