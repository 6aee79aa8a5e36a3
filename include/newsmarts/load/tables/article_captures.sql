-- Where a field stood on the page is for people who look at one capture: that stays in staged Parquet, as all
-- columns do that the table lacks.
SELECT
    * EXCLUDE (article_id),
    article_id::UUID AS own_id
FROM staged_articles
ORDER BY captured_at, source_path, capture_id
