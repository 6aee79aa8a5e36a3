-- Articles that changed since the last update of the index, or that only one of marts and index has. Bodies aren't
-- read for it: they follow from the capture, the state of its day and the marts' version. By row id, only the parts
-- of a table with articles in reach are read.
CREATE OR REPLACE TEMP TABLE differing AS
WITH article_tags AS (
    SELECT article_id, bit_xor(hash(position, tag, tag_raw)) AS tags
    FROM news.marts.article_tags
    WHERE rowid IN (SELECT rowid FROM news.marts.article_tags SEMI JOIN reached USING (article_id))
    GROUP BY article_id
),
current AS (
    SELECT
        article_id,
        hash(
            (SELECT value FROM news.meta.about WHERE key = 'version'),
            days.source_sha256,
            articles.last_captured_at,
            articles.capture_sha256,
            articles.body_length_chars,
            articles.publisher,
            articles.url,
            articles.published_at,
            articles.headline,
            articles.standfirst,
            article_tags.tags
        ) AS stamp
    FROM news.marts.articles AS articles
    LEFT JOIN news.meta.built_days AS days ON days.capture_day = articles.last_captured_date
    LEFT JOIN article_tags USING (article_id)
    WHERE articles.rowid IN (SELECT rowid FROM news.marts.articles SEMI JOIN reached USING (article_id))
)
SELECT
    article_id,
    current.stamp,
    known.content,
    known.article_id IS NOT NULL AS is_held,
    current.article_id IS NULL AS is_gone
FROM current
FULL JOIN (FROM held.articles SEMI JOIN reached USING (article_id)) AS known USING (article_id)
WHERE current.article_id IS NULL OR current.stamp IS DISTINCT FROM known.stamp
