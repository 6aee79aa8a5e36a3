-- The distinct texts of the articles in scope, in the order in which they were first captured, each by its first
-- capture. Bodies stay in the warehouse: those of a large day fill half of the memory_limit.
WITH shown AS (
    SELECT history.*, capture.text_sha256, capture.publisher, capture.headline
    FROM article_history AS history
    JOIN source.warehouse.article_captures AS capture USING (capture_day, capture_id)
),
texts AS (
    SELECT
        article_id,
        text_sha256,
        min(ordinal) AS first_ordinal,
        max(ordinal) AS last_ordinal,
        arg_min(capture_day, ordinal) AS capture_day,
        arg_min(capture_id, ordinal) AS capture_id,
        arg_min(publisher, ordinal) AS publisher,
        arg_min(headline, ordinal) AS headline,
        min(captured_at) AS valid_from,
        bool_or(is_latest) AS is_latest,
        count(*)::BIGINT AS captures
    FROM shown
    GROUP BY article_id, text_sha256
)
SELECT
    texts.* EXCLUDE (first_ordinal, last_ordinal, publisher, headline),
    row_number() OVER (PARTITION BY texts.article_id ORDER BY texts.first_ordinal)::BIGINT AS revision,
    following.captured_at AS valid_to,
    headline_key(texts.publisher, texts.headline) AS headline_key
FROM texts
LEFT JOIN shown AS following
    ON following.article_id = texts.article_id AND following.ordinal = texts.last_ordinal + 1
