DELETE FROM marts.article_tags WHERE article_id IN (SELECT article_id FROM scope_articles)
