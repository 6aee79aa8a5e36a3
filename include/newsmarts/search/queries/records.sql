-- The articles to be indexed whose texts are in these rows: a few at a time, however many there are.
SELECT
    articles.article_id,
    articles.publisher,
    articles.url,
    articles.published_at,
    articles.published_date,
    articles.headline,
    articles.standfirst,
    texts.body_text AS body,
    coalesce(changed.names, []) AS tags
FROM (
    SELECT article_row, text_row, names FROM contents
    WHERE is_changed AND text_row BETWEEN $first AND $last
) AS changed
JOIN news.marts.articles AS articles ON articles.rowid = changed.article_row
JOIN news.marts.article_texts AS texts ON texts.rowid = changed.text_row
