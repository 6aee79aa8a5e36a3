-- Of a search by words its articles, in its order; else all that pass the filters, the newest first.
SELECT article_id, publisher, section, published_at, modified_at, headline, standfirst, byline, agency, word_count, url, excerpt
FROM marts.articles
WHERE ($publisher IS NULL OR publisher = $publisher)
    AND ($section IS NULL OR section = $section)
    AND ($first_day::DATE IS NULL OR published_date >= $first_day::DATE)
    AND ($last_day::DATE IS NULL OR published_date <= $last_day::DATE)
    AND ($tag IS NULL OR article_id IN (SELECT article_id FROM marts.article_tags WHERE tag = $tag))
    AND ($article_ids::VARCHAR[] IS NULL OR list_contains($article_ids::VARCHAR[], article_id))
ORDER BY list_position($article_ids::VARCHAR[], article_id), published_at DESC, article_id
LIMIT $most
