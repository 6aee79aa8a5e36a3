DELETE FROM meta.withheld
WHERE capture_day IN (SELECT capture_day FROM affected_days UNION SELECT capture_day FROM dirty_days)
