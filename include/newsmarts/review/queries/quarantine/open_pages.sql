SELECT count(*) AS pages
FROM (SELECT DISTINCT capture_id, subject FROM reasons WHERE outcome = 'quarantined' AND acknowledged_at IS NULL)
