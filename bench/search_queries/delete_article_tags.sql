DELETE FROM news.marts.article_tags WHERE article_id IN (SELECT article_id FROM made)
