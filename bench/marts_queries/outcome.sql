SELECT
    capture_day,
    count(*) AS captures,
    count(*) AS landed,
    0 AS rejected,
    count(*) AS parsed,
    count(*) AS valid,
    0 AS quarantined,
    count(*) * 5 AS ticker_items,
    0 AS ticker_items_quarantined,
    repeat('0', 64) AS fingerprint,
    'bench' AS code_version,
    'al_mayadeen/2021-06-01' AS rule_versions,
    'bench' AS contracts_version,
    'bench' AS manifest_version,
    true AS accepted
FROM numbered
GROUP BY capture_day
ORDER BY capture_day
