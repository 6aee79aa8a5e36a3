-- Articles in scope that the marts have, as they were before.
SELECT article_id, published_date, first_captured_date, last_captured_date
FROM marts.articles
WHERE rowid IN (SELECT rowid FROM marts.articles SEMI JOIN scope_articles USING (article_id))
