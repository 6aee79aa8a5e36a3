-- What each day of a release was made of. A release of an earlier version has no outcomes; they are NULL.
SELECT
    runs.capture_day,
    to_json(days) ->> 'outcome' AS outcome,
    runs.code_version,
    runs.rule_versions,
    runs.contracts_version,
    runs.captures,
    runs.landed,
    runs.parsed,
    runs.valid,
    runs.quarantined
FROM marts.runs AS runs
LEFT JOIN marts.partition_outcomes AS days USING (capture_day)
