DELETE FROM marts.ticker_sightings WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
