SELECT * EXCLUDE (outcome, refusal, rejected, ticker_items, ticker_items_quarantined)
FROM source.warehouse.days
WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
ORDER BY capture_day
