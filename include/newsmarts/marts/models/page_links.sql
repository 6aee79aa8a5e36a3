SELECT links.*, headline_key(links.publisher, links.headline) AS headline_key, known.article_id
FROM source.warehouse.page_links AS links
ANTI JOIN meta.withheld USING (capture_day, capture_id)
LEFT JOIN link_articles AS known ON known.headline_key = headline_key(links.publisher, links.headline)
WHERE links.capture_day IN (SELECT capture_day FROM refreshed_days)
    OR links.capture_id IN (SELECT capture_id FROM changed_withheld)
ORDER BY links.captured_at, links.capture_id, links.list_name, links.position
