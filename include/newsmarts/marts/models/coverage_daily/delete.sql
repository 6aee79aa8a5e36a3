DELETE FROM marts.coverage_daily WHERE published_date IN (SELECT published_date FROM scope_dates)
