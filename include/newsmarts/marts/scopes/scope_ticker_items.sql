-- Ticker lines that a refreshed day shows or showed, each with its id, which takes long to compute.
SELECT items.ticker_item_id, items.publisher, items."text"
FROM marts.ticker_items AS items
WHERE items.ticker_item_id IN (
    SELECT ticker_item_id FROM marts.ticker_sightings
    WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
)
UNION
SELECT ticker_item_id(publisher, "text") AS ticker_item_id, publisher, "text"
FROM (
    SELECT DISTINCT publisher, "text" FROM source.warehouse.ticker_sightings
    WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
)
