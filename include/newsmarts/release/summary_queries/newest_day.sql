SELECT max(capture_day) AS newest_day
FROM marts.partition_outcomes
WHERE outcome = 'accepted'
