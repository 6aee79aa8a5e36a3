SELECT
    left(sha256(concat_ws(chr(31), 'ticker_item', publisher, "text")), 32) AS ticker_item_id,
    capture_id,
    capture_sha256,
    publisher,
    captured_at,
    capture_day,
    min(position)::BIGINT AS position
FROM source.warehouse.ticker_sightings
WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
GROUP BY ALL
ORDER BY captured_at, capture_id, position, ticker_item_id
