-- A rejected capture has no manifest row: its quarantine row is all that is known of it.
WITH manifest AS MATERIALIZED (
    SELECT * EXCLUDE (landed_at, charset)
    FROM staged_captures
),
rejected AS (
    SELECT DISTINCT ON (capture_id)
        capture_id, capture_sha256 AS sha256, publisher, source_path, captured_at, capture_day
    FROM staged_quarantine
    WHERE stage = 'land' AND subject = 'page'
    ORDER BY capture_id, reason_code, detail
)
SELECT * REPLACE (
    -- Of captures that were rejected, or landed before this was kept, midnight means the day: that is where an
    -- inbox path's day puts a capture, and few pages are fetched in just that second.
    coalesce(captured_at_precision, if(captured_at AT TIME ZONE 'UTC' = capture_day, 'day', 'second')) AS captured_at_precision
),
(SELECT NOT accepted FROM staged_outcome) AS of_refused_run
FROM (
    SELECT * FROM manifest
    UNION ALL BY NAME
    SELECT * FROM rejected ANTI JOIN manifest USING (capture_id)
)
ORDER BY captured_at, source_path, capture_id
