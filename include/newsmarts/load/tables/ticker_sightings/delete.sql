DELETE FROM warehouse.ticker_sightings WHERE capture_day = $day
