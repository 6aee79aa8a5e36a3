SELECT
    capture_id,
    capture_day,
    unnest(range(1, len(tags) + 1)) AS position,
    unnest(tags) AS tag
FROM staged_articles
ORDER BY capture_id, position
