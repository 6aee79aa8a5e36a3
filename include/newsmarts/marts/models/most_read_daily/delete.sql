DELETE FROM marts.most_read_daily WHERE capture_day IN (SELECT capture_day FROM scope_link_days)
