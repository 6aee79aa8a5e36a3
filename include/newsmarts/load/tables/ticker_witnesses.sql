SELECT * FROM staged_ticker_witnesses
ORDER BY captured_at, capture_id, text
