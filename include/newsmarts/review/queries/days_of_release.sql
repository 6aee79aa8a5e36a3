-- What each day of a release was made of.
SELECT capture_day, code_version, contracts_version, captures, valid, quarantined
FROM marts.runs
