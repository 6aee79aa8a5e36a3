DELETE FROM marts.contract_results WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
