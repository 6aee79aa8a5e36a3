SELECT count(*) AS pages, count(*) FILTER (capture_id IN (SELECT capture_id FROM replaced)) AS replaced
FROM (SELECT DISTINCT capture_id, subject FROM reasons WHERE outcome = 'quarantined' AND acknowledged_at IS NULL)
