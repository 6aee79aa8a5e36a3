-- Entries that name another article now than they did, or none.
SELECT links.capture_day, links.capture_id, links.list_name, links.position, links.article_id AS named_before, known.article_id
FROM marts.page_links AS links
LEFT JOIN link_articles AS known USING (headline_key)
WHERE links.headline_key IN (SELECT headline_key FROM scope_headlines)
    AND links.article_id IS DISTINCT FROM known.article_id
