DELETE FROM marts.tags WHERE tag IN (SELECT tag FROM scope_tags)
