SELECT own_id, article_id FROM article_ids
WHERE own_id <> article_id
ORDER BY own_id
