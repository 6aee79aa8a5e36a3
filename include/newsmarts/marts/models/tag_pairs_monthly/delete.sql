DELETE FROM marts.tag_pairs_monthly
WHERE month IN (SELECT date_trunc('month', published_date)::DATE FROM scope_dates)
