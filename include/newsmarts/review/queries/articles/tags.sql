SELECT tag, tag_raw FROM marts.article_tags WHERE article_id = $article_id ORDER BY position
