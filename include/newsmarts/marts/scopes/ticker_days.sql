-- Days whose captures may show the ticker lines in scope: on other days than these the marts would know them.
SELECT capture_day FROM refreshed_days
UNION
SELECT unnest(generate_series(first_seen_date, last_seen_date, INTERVAL 1 DAY))::DATE
FROM marts.ticker_items
SEMI JOIN scope_ticker_items USING (ticker_item_id)
