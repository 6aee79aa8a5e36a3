UPDATE marts.page_links AS links
SET article_id = changed.article_id
FROM changed_links AS changed
WHERE changed.capture_day = links.capture_day
    AND changed.capture_id = links.capture_id
    AND changed.list_name = links.list_name
    AND changed.position = links.position
