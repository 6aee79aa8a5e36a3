DELETE FROM marts.article_revisions WHERE article_id IN (SELECT article_id FROM scope_articles)
