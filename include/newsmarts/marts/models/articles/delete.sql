DELETE FROM marts.articles WHERE article_id IN (SELECT article_id FROM scope_articles)
