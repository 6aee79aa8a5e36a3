SELECT DISTINCT "text" FROM source.warehouse.ticker_sightings WHERE capture_day = $day
