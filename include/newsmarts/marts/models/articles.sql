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
),
latest AS (
    SELECT
        *,
        (first_captured_at AT TIME ZONE 'UTC')::DATE AS first_captured_date,
        if(first_untimed_day = first_captured_date, 'day', 'second') AS first_captured_at_precision,
        if(last_untimed_day = capture_day, 'day', 'second') AS last_captured_at_precision
    FROM article_history
    WHERE is_latest
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
    capture.published_from,
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
    latest.first_captured_date,
    latest.capture_day AS last_captured_date,
    latest_values.section,
    if(latest_values.section IS NULL, NULL, 'page') AS section_source,
    latest_values.image_url,
    latest_values.modified_at,
    (latest_values.modified_at AT TIME ZONE 'UTC')::DATE AS modified_date,
    latest_values.revisions,
    latest.first_captured_at_precision,
    latest.last_captured_at_precision,
    CASE
        WHEN latest.first_captured_at_precision = 'second'
            THEN date_sub('minute', capture.published_at, latest.first_captured_at)
    END AS capture_lag_minutes
FROM latest
JOIN source.warehouse.article_captures AS capture USING (capture_day, capture_id)
JOIN latest_values ON latest_values.article_id = latest.article_id
ORDER BY latest.article_id
