SELECT "text" FROM source.warehouse.ticker_sightings WHERE capture_day = $day
UNION
SELECT "text" FROM source.warehouse.ticker_witnesses WHERE capture_day = $day
