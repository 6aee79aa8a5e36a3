-- In the order of the staged file; sorting would hold a day's texts in memory.
SELECT capture_id, capture_day, body, body_text
FROM staged_articles
