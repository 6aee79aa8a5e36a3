SELECT * FROM marts.partition_outcomes
WHERE capture_day IN (SELECT unaudited.key::DATE FROM meta.unaudited WHERE kind = 'day')
    OR capture_day IS NULL
