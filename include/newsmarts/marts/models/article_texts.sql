SELECT latest.article_id, texts.body_text
FROM article_history AS latest
JOIN source.warehouse.article_texts AS texts USING (capture_day, capture_id)
WHERE latest.is_latest
ORDER BY latest.article_id
