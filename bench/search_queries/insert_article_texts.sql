INSERT INTO news.marts.article_texts BY NAME SELECT article_id, body_text FROM made ORDER BY article_id
