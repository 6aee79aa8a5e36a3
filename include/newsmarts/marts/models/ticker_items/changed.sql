SELECT * FROM marts.ticker_items
WHERE ticker_item_id IN (SELECT unaudited.key FROM meta.unaudited WHERE kind = 'ticker_item')
    OR ticker_item_id IS NULL
