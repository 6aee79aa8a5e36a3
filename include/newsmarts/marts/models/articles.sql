-- Fields that only HTML captures have are those of the latest capture that has them.
WITH latest_values AS (
    SELECT
        history.article_id,
        arg_max(capture.url, history.ordinal) AS url,
        arg_max(capture.section, history.ordinal) AS section,
        arg_max(capture.image_url, history.ordinal) AS image_url,
        arg_max(capture.modified_at, history.ordinal) AS modified_at,
        count(DISTINCT capture.text_sha256)::BIGINT AS revisions
    FROM article_history AS history
    JOIN source.warehouse.article_captures AS capture USING (capture_day, capture_id)
    GROUP BY history.article_id
)
SELECT
    latest.article_id,
    capture.publisher,
    capture.news_id,
    latest_values.url,
    capture.headline,
    capture.standfirst,
    capture.byline,
    capture.byline_raw,
    capture.agency,
    capture.published_at,
    capture.published_local,
    (capture.published_at AT TIME ZONE 'UTC')::DATE AS published_date,
    capture.read_minutes,
    capture.share_count,
    capture.image_alt,
    capture.image_caption,
    capture.excerpt,
    capture.word_count,
    capture.body_length_chars,
    capture.language,
    latest.first_captured_at,
    latest.captured_at AS last_captured_at,
    capture.capture_sha256,
    (latest.first_captured_at AT TIME ZONE 'UTC')::DATE AS first_captured_date,
    (latest.captured_at AT TIME ZONE 'UTC')::DATE AS last_captured_date,
    latest_values.section,
    latest_values.image_url,
    latest_values.modified_at,
    (latest_values.modified_at AT TIME ZONE 'UTC')::DATE AS modified_date,
    latest_values.revisions
FROM article_history AS latest
JOIN source.warehouse.article_captures AS capture USING (capture_day, capture_id)
JOIN latest_values ON latest_values.article_id = latest.article_id
WHERE latest.is_latest
ORDER BY latest.article_id
