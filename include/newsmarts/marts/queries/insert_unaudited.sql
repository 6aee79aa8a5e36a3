-- What this build has told anew, added to what no audit has passed since it was told.
INSERT INTO meta.unaudited BY NAME
SELECT kind, "key"
FROM (
    SELECT 'everything' AS kind, '' AS "key" WHERE $everything
    UNION
    SELECT 'article', article_id FROM scope_articles
    UNION
    SELECT 'day', capture_day::VARCHAR FROM refreshed_days
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
