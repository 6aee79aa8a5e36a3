-- What the marts say now of the articles that may differ, in one number each.
CREATE OR REPLACE TEMP TABLE contents AS
WITH told AS (
    SELECT
        article_id,
        hash(
            articles.publisher,
            articles.url,
            articles.published_at,
            articles.headline,
            articles.standfirst,
            texts.body_text,
            tag_names.names
        ) AS content
    FROM news.marts.articles AS articles
    SEMI JOIN differing USING (article_id)
    LEFT JOIN news.marts.article_texts AS texts USING (article_id)
    LEFT JOIN tag_names USING (article_id)
)
SELECT
    article_id,
    differing.stamp,
    told.content,
    differing.is_held,
    told.content IS DISTINCT FROM differing.content AS is_changed
FROM told
JOIN differing USING (article_id)
