-- Where a field stood on the page is for people who look at one capture: that stays in staged Parquet.
INSERT INTO warehouse.article_captures BY NAME
SELECT
    * EXCLUDE (feed, body, body_text, tags, field_sources)
FROM staged_articles
ORDER BY captured_at, source_path, capture_id
