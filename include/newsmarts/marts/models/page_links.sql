WITH keyed AS (
    SELECT *
    FROM source.warehouse.page_links
    JOIN link_headlines USING (publisher, headline)
    ANTI JOIN meta.withheld USING (capture_day, capture_id)
    WHERE capture_day IN (SELECT capture_day FROM list_days)
)
SELECT keyed.*, known.article_id
FROM keyed
LEFT JOIN link_articles AS known USING (headline_key)
ORDER BY captured_at, capture_id, list_name, position
