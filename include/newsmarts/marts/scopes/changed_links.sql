-- Entries that name another article now than they did, or none. They are found by their place first: all columns of the
-- others stay unread.
WITH reached AS (
    SELECT capture_day, capture_id, list_name, position, headline_key, article_id
    FROM marts.page_links
    WHERE rowid IN (SELECT rowid FROM marts.page_links SEMI JOIN scope_headlines USING (headline_key))
)
SELECT reached.* EXCLUDE (headline_key, article_id), reached.article_id AS named_before, known.article_id
FROM reached
LEFT JOIN link_articles AS known USING (headline_key)
WHERE reached.article_id IS DISTINCT FROM known.article_id
