-- Keys of the rows that this build wrote, added to those that no audit has passed since they were written.
INSERT INTO meta.unaudited BY NAME
SELECT kind, "key"
FROM (
    SELECT 'everything' AS kind, '' AS "key" WHERE $everything
    UNION
    SELECT 'article', article_id FROM scope_articles
    UNION
    SELECT 'article', article_id FROM changed_sections
    UNION
    SELECT 'day', capture_day::VARCHAR FROM scope_days
    UNION
    SELECT 'day', capture_day::VARCHAR FROM scope_link_days
    UNION
    SELECT 'date', published_date::VARCHAR FROM scope_dates
    UNION
    SELECT 'tag', tag FROM scope_tags
    UNION
    SELECT 'ticker_item', ticker_item_id FROM scope_ticker_items
)
EXCEPT
SELECT kind, "key" FROM meta.unaudited
