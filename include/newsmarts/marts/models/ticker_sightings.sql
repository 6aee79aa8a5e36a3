SELECT
    ticker_item_id,
    capture_id,
    capture_sha256,
    publisher,
    captured_at,
    capture_day,
    min(position)::BIGINT AS position
FROM source.warehouse.ticker_sightings
JOIN scope_ticker_items USING (publisher, "text")
WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
GROUP BY ALL
ORDER BY captured_at, capture_id, position, ticker_item_id
