-- Captures whose withholding begins, ends or has another reason now.
SELECT capture_day, capture_id
FROM (SELECT * FROM found_leaks) AS found
FULL JOIN (
    SELECT * FROM meta.withheld WHERE capture_day IN (SELECT capture_day FROM affected_days)
) AS known USING (capture_day, capture_id)
WHERE known.detail IS DISTINCT FROM found.detail
