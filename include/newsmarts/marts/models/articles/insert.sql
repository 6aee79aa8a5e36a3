-- What only HTML captures say is that of the latest one that says it.
INSERT INTO marts.articles BY NAME
WITH told AS (
    SELECT
        history.article_id,
        arg_max(said.url, history.ordinal) AS url,
        arg_max(said.section, history.ordinal) AS section,
        arg_max(said.image_url, history.ordinal) AS image_url,
        arg_max(said.modified_at, history.ordinal) AS modified_at,
        count(DISTINCT said.text_sha256)::BIGINT AS revisions
    FROM article_history AS history
    JOIN source.warehouse.article_captures AS said USING (capture_day, capture_id)
    GROUP BY history.article_id
)
SELECT
    latest.article_id,
    said.publisher,
    said.news_id,
    told.url,
    said.headline,
    said.standfirst,
    said.byline,
    said.byline_raw,
    said.agency,
    said.published_at,
    said.published_local,
    (said.published_at AT TIME ZONE 'UTC')::DATE AS published_date,
    said.read_minutes,
    said.share_count,
    said.image_alt,
    said.image_caption,
    said.excerpt,
    said.word_count,
    said.body_length_chars,
    said.language,
    latest.first_captured_at,
    latest.captured_at AS last_captured_at,
    said.capture_sha256,
    (latest.first_captured_at AT TIME ZONE 'UTC')::DATE AS first_captured_date,
    (latest.captured_at AT TIME ZONE 'UTC')::DATE AS last_captured_date,
    told.section,
    told.image_url,
    told.modified_at,
    (told.modified_at AT TIME ZONE 'UTC')::DATE AS modified_date,
    told.revisions
FROM article_history AS latest
JOIN source.warehouse.article_captures AS said USING (capture_day, capture_id)
JOIN told ON told.article_id = latest.article_id
WHERE latest.is_latest
ORDER BY latest.article_id
