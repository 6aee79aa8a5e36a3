DELETE FROM news.marts.article_texts WHERE article_id IN (SELECT article_id FROM made)
