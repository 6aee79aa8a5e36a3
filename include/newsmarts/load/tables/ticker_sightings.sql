SELECT * FROM staged_ticker_items
ORDER BY captured_at, source_path, capture_id, position
