-- Every capture of the articles in scope that isn't withheld, in the order in which they were captured.
-- Captures of one moment are ordered by path, then bytes, so the order never depends on loading.
WITH kept AS (
    SELECT scope_shown.*, replace(article_ids.article_id::VARCHAR, '-', '') AS article_id
    FROM scope_shown
    JOIN article_ids USING (own_id)
    ANTI JOIN meta.withheld USING (capture_day, capture_id)
)
SELECT
    capture_day,
    capture_id,
    article_id,
    captured_at,
    row_number() OVER by_article AS ordinal,
    row_number() OVER by_text = 1 AS is_new_text,
    row_number() OVER by_article = count(*) OVER whole_article AS is_latest,
    min(captured_at) OVER whole_article AS first_captured_at,
    min(capture_day) FILTER (captured_at_precision = 'day') OVER whole_article AS first_untimed_day,
    max(capture_day) FILTER (captured_at_precision = 'day') OVER whole_article AS last_untimed_day
FROM kept
WINDOW
    whole_article AS (PARTITION BY article_id),
    by_article AS (PARTITION BY article_id ORDER BY captured_at, source_path, capture_sha256, capture_id),
    by_text AS (PARTITION BY article_id, text_sha256 ORDER BY captured_at, source_path, capture_sha256, capture_id)
