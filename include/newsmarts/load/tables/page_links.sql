SELECT * FROM staged_page_links
ORDER BY captured_at, capture_id, list_name, position
