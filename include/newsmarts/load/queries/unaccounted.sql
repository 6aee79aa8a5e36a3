-- Captures of the day that are neither a valid article nor a page with a reason, or that are both.
WITH found AS (
    SELECT capture_id, 'captured' AS kind FROM warehouse.captures WHERE capture_day = $day
    UNION ALL
    SELECT capture_id, 'valid' FROM warehouse.article_captures WHERE capture_day = $day
    UNION ALL
    SELECT capture_id, 'reason' FROM warehouse.quarantine WHERE capture_day = $day AND subject = 'page'
)
SELECT
    capture_id,
    bool_or(kind = 'captured') AS captured,
    bool_or(kind = 'valid') AS valid,
    bool_or(kind = 'reason') AS has_reason
FROM found
GROUP BY capture_id
HAVING NOT captured OR valid = has_reason
ORDER BY capture_id
