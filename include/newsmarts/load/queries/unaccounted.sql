-- Captures of the day that are neither a valid article nor a page in quarantine, or that are both.
WITH valid AS (
    SELECT DISTINCT capture_id FROM warehouse.article_captures WHERE capture_day = $day
),
rejected AS (
    SELECT DISTINCT capture_id FROM warehouse.quarantine WHERE capture_day = $day AND subject = 'page'
),
known AS (
    SELECT capture_id FROM warehouse.captures WHERE capture_day = $day
)
SELECT
    coalesce(known.capture_id, valid.capture_id, rejected.capture_id) AS capture_id,
    known.capture_id IS NOT NULL AS captured,
    valid.capture_id IS NOT NULL AS valid,
    rejected.capture_id IS NOT NULL AS quarantined
FROM known
FULL JOIN valid ON valid.capture_id = known.capture_id
FULL JOIN rejected ON rejected.capture_id = coalesce(known.capture_id, valid.capture_id)
WHERE known.capture_id IS NULL
    OR (valid.capture_id IS NULL) = (rejected.capture_id IS NULL)
ORDER BY capture_id
