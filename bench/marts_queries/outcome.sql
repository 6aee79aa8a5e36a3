SELECT
    capture_day,
    count(*)::BIGINT AS captures,
    count(*)::BIGINT AS landed,
    0::BIGINT AS rejected,
    count(*)::BIGINT AS parsed,
    count(*)::BIGINT AS valid,
    0::BIGINT AS quarantined,
    (count(*) * 5)::BIGINT AS ticker_items,
    0::BIGINT AS ticker_items_quarantined,
    repeat('0', 64) AS fingerprint,
    'bench' AS code_version,
    'al_mayadeen/2021-06-01' AS rule_versions,
    'bench' AS contracts_version,
    'bench' AS manifest_version,
    true AS accepted,
    NULL::VARCHAR AS refusal,
    NULL::VARCHAR AS run_id
FROM numbered
GROUP BY capture_day
ORDER BY capture_day
