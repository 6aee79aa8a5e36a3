SELECT
    capture_day,
    code_version,
    rule_versions,
    contracts_version,
    source_sha256,
    captures,
    landed,
    parsed,
    valid,
    quarantined
FROM source.warehouse.days
WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
ORDER BY capture_day
