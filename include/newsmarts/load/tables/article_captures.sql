-- Where a field stood on the page is for people who look at one capture: that stays in staged Parquet.
SELECT
    * EXCLUDE (article_id, identity_keys, feed, body, body_text, tags, field_sources),
    article_id::UUID AS own_id
FROM staged_articles
ORDER BY captured_at, source_path, capture_id
