INSERT INTO warehouse.ticker_sightings BY NAME
SELECT * FROM staged_ticker_items
ORDER BY captured_at, source_path, capture_id, position
