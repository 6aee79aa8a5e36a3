DELETE FROM meta.joined_articles WHERE own_id IN (SELECT own_id FROM scope_articles)
