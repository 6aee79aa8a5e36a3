DELETE FROM news.marts.articles WHERE article_id IN (SELECT article_id FROM made)
