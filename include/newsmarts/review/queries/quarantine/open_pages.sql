SELECT count(*) AS pages FROM (SELECT DISTINCT capture_id, subject FROM reasons WHERE acknowledged_at IS NULL)
