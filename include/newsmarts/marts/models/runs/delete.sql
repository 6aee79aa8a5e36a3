DELETE FROM marts.runs WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
