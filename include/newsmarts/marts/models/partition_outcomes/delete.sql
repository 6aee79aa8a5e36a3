DELETE FROM marts.partition_outcomes
WHERE capture_day IN (SELECT capture_day FROM refreshed_days UNION SELECT capture_day FROM scope_days)
