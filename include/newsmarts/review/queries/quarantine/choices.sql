-- What can be filtered by, each with how many reasons have it among those that are open, acknowledged, or all.
-- Reasons and not pages: to tell apart a million pages takes seconds, and most have one reason.
SELECT
    CASE WHEN reason_code IS NOT NULL THEN 'reason' WHEN stage IS NOT NULL THEN 'stage' ELSE 'publisher' END AS kind,
    coalesce(reason_code, stage, publisher) AS value,
    count(*) AS reasons
FROM reasons
WHERE $state = 'all' OR ($state = 'open') = (acknowledged_at IS NULL)
GROUP BY GROUPING SETS ((reason_code), (stage), (publisher))
HAVING value IS NOT NULL
ORDER BY kind, reasons DESC, value
