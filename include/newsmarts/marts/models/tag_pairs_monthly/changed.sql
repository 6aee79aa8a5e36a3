SELECT * FROM marts.tag_pairs_monthly
WHERE month IN (SELECT date_trunc('month', unaudited.key::DATE)::DATE FROM meta.unaudited WHERE kind = 'date')
    OR month IS NULL
