SELECT
    article_id,
    publisher,
    url,
    headline,
    standfirst,
    published_at,
    capture_day AS published_date,
    length(body_text) AS body_length_chars,
    'en' AS language,
    published_at AS first_captured_at,
    published_at AS last_captured_at,
    capture_sha256,
    capture_day AS first_captured_date,
    capture_day AS last_captured_date
FROM made
ORDER BY article_id
