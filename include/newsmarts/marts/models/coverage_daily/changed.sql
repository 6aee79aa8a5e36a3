SELECT * FROM marts.coverage_daily
WHERE published_date IN (SELECT unaudited.key::DATE FROM meta.unaudited WHERE kind = 'date')
    OR published_date IS NULL
