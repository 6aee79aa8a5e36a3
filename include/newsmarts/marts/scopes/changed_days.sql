-- Days whose content, or its acknowledgements, differ from what the candidate was built from; in parts with so few
-- valid captures that one part's work fits into memory.
WITH changed AS (
    SELECT capture_day
    FROM days_now
    FULL JOIN meta.built_days AS built USING (capture_day)
    WHERE days_now.source_sha256 IS DISTINCT FROM built.source_sha256
        OR days_now.acknowledged_sha256 IS DISTINCT FROM built.acknowledged_sha256
),
counted AS (
    SELECT changed.capture_day, count(valid.capture_id) AS captures
    FROM changed
    LEFT JOIN source.warehouse.article_captures AS valid USING (capture_day)
    GROUP BY changed.capture_day
)
SELECT
    capture_day,
    coalesce(
        sum(captures) OVER (ORDER BY capture_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        0
    ) // $captures_at_once::BIGINT AS part
FROM counted
