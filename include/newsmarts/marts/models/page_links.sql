-- Days are looked up by themselves, so that other days' rows stay unread.
WITH refreshed AS (
    SELECT * FROM source.warehouse.page_links
    WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
    UNION ALL
    SELECT * FROM source.warehouse.page_links
    SEMI JOIN changed_withheld USING (capture_day, capture_id)
    ANTI JOIN refreshed_days USING (capture_day)
),
keyed AS (
    SELECT *
    FROM refreshed
    JOIN link_headlines USING (publisher, headline)
    ANTI JOIN meta.withheld USING (capture_day, capture_id)
)
SELECT keyed.*, known.article_id
FROM keyed
LEFT JOIN link_articles AS known USING (headline_key)
ORDER BY captured_at, capture_id, list_name, position
