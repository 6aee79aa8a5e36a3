SELECT article_id, publisher, published_at, headline, [] AS headline_marks, excerpt, [] AS excerpt_marks, count(*) OVER () AS total
FROM marts.articles
WHERE ($publisher IS NULL OR publisher = $publisher)
    AND ($section IS NULL OR section = $section)
    AND ($first_day::DATE IS NULL OR published_date >= $first_day::DATE)
    AND ($last_day::DATE IS NULL OR published_date <= $last_day::DATE)
    AND ($tag IS NULL OR article_id IN (SELECT article_id FROM marts.article_tags WHERE tag = $tag))
ORDER BY published_at DESC, article_id
LIMIT $page_size OFFSET $first
