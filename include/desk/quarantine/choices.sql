-- What can be filtered by, each with the pages that have it among those that are open, acknowledged, or all.
WITH pages AS (
    SELECT capture_id, subject, bool_or(acknowledged_at IS NULL) AS is_open FROM reasons GROUP BY ALL
),
told AS (
    SELECT reasons.*
    FROM reasons
    JOIN pages USING (capture_id, subject)
    WHERE $state = 'all' OR ($state = 'open') = pages.is_open
)
SELECT 'reason' AS kind, reason_code AS value, count(DISTINCT (capture_id, subject)) AS pages FROM told GROUP BY ALL
UNION ALL
SELECT 'publisher', publisher, count(DISTINCT (capture_id, subject)) FROM told WHERE publisher IS NOT NULL GROUP BY ALL
UNION ALL
SELECT 'stage', stage, count(DISTINCT (capture_id, subject)) FROM told GROUP BY ALL
UNION ALL
SELECT 'day', capture_day::VARCHAR, count(DISTINCT (capture_id, subject)) FROM told GROUP BY ALL
ORDER BY kind, pages DESC, value
