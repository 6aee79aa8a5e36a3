DELETE FROM marts.ticker_items WHERE ticker_item_id IN (SELECT ticker_item_id FROM scope_ticker_items)
