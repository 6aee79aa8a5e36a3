INSERT INTO news.marts.articles BY NAME
SELECT
    article_id,
    publisher,
    url,
    headline,
    standfirst,
    published_at,
    published_at::DATE AS published_date,
    length(body_text)::BIGINT AS body_length_chars,
    'en' AS language,
    published_at AS first_captured_at,
    published_at AS last_captured_at,
    capture_sha256,
    published_at::DATE AS first_captured_date,
    published_at::DATE AS last_captured_date
FROM made
ORDER BY article_id
