SELECT article_id FROM marts.articles
WHERE section = $section AND list_contains($article_ids::VARCHAR[], article_id)
