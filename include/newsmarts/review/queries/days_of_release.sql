-- What each day of a release was made of.
SELECT capture_day, code_version, rule_versions, contracts_version, captures, landed, parsed, valid, quarantined
FROM marts.runs
