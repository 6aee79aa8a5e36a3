-- A release of 0.1.0 has accepted days only, and no column that says so.
SELECT (
    SELECT max(capture_day)
    FROM marts.partition_outcomes
    WHERE outcome = 'accepted'
) AS newest_day
FROM (SELECT 'accepted' AS outcome) AS of_an_earlier_version
