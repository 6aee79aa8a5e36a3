-- Dates on which articles in scope were published, as the marts have them and as they will, and the days in scope.
SELECT published_date FROM known_articles
UNION
SELECT (capture.published_at AT TIME ZONE 'UTC')::DATE
FROM article_history AS latest
JOIN source.warehouse.article_captures AS capture USING (capture_day, capture_id)
WHERE latest.is_latest
UNION
SELECT capture_day FROM scope_days
