-- Tags that articles in scope bear or bore.
CREATE OR REPLACE TEMP TABLE scope_tags AS
SELECT tag FROM marts.article_tags SEMI JOIN scope_articles USING (article_id)
UNION
SELECT tag FROM scope_article_tags
