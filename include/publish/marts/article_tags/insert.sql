INSERT INTO marts.article_tags BY NAME
SELECT latest.article_id, tags.position, tags.tag
FROM article_history AS latest
JOIN source.warehouse.article_tags AS tags USING (capture_day, capture_id)
WHERE latest.is_latest
ORDER BY latest.article_id, tags.position
