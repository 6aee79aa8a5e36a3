INSERT INTO marts.articles BY NAME
SELECT
    latest.article_id,
    said.publisher,
    said.news_id,
    said.url,
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
    (latest.captured_at AT TIME ZONE 'UTC')::DATE AS last_captured_date
FROM article_history AS latest
JOIN source.warehouse.article_captures AS said USING (capture_day, capture_id)
WHERE latest.is_latest
ORDER BY latest.article_id
