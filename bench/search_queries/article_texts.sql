SELECT article_id, body_text FROM made ORDER BY article_id
