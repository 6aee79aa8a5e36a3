-- The articles to be indexed.
SELECT
    article_id,
    articles.publisher,
    articles.url,
    articles.published_at,
    articles.published_date,
    articles.headline,
    articles.standfirst,
    coalesce(texts.body_text, '') AS body,
    coalesce(tag_names.names, []) AS tags
FROM news.marts.articles AS articles
SEMI JOIN (SELECT article_id FROM contents WHERE is_changed) AS changed USING (article_id)
LEFT JOIN news.marts.article_texts AS texts USING (article_id)
LEFT JOIN tag_names USING (article_id)
