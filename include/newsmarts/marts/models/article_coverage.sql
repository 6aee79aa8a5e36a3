SELECT article_id, label, min(position)::BIGINT AS position
FROM (
    SELECT
        latest.article_id,
        unnest(capture.coverage) AS label,
        unnest(range(1, len(capture.coverage) + 1)) AS position
    FROM article_history AS latest
    JOIN source.warehouse.article_captures AS capture USING (capture_day, capture_id)
    WHERE latest.is_latest
)
GROUP BY article_id, label
ORDER BY article_id, position
