DELETE FROM marts.article_texts WHERE article_id IN (SELECT article_id FROM scope_articles)
