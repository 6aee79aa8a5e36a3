SELECT capture_id, capture_day, body, body_text
FROM staged_articles
ORDER BY captured_at, source_path, capture_id
