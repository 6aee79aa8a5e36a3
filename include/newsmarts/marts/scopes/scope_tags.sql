-- Tags that articles in scope have or had.
SELECT tag FROM marts.article_tags SEMI JOIN known_articles USING (article_id)
UNION
SELECT tag FROM scope_article_tags
