-- Tags that articles in scope bear or bore.
SELECT tag FROM marts.article_tags SEMI JOIN scope_articles USING (article_id)
UNION
SELECT tag FROM scope_article_tags
