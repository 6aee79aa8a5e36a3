DELETE FROM held.articles WHERE article_id IN (SELECT article_id FROM differing)
