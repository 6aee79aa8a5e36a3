-- What each day of a release was made of. Releases of earlier versions have no outcomes, and accepted days only.
SELECT
    runs.capture_day,
    coalesce(to_json(days) ->> 'outcome', 'accepted') AS outcome,
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
