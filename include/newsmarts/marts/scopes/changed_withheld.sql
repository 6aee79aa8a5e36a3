-- Captures whose withholding begins, ends or has another reason now.
SELECT
    coalesce(found.capture_day, known.capture_day) AS capture_day,
    coalesce(found.capture_id, known.capture_id) AS capture_id
FROM (SELECT * FROM found_leaks) AS found
FULL JOIN (
    SELECT * FROM meta.withheld WHERE capture_day IN (SELECT capture_day FROM affected_days)
) AS known ON known.capture_id = found.capture_id
WHERE known.detail IS DISTINCT FROM found.detail
