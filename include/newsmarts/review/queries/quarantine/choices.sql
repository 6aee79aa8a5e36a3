-- What can be filtered by, each with how many reasons have it among those that are open,
-- acknowledged, or all in quarantine, or among those of pages that are not articles.
-- Reasons and not pages: to tell apart a million pages takes seconds, and most have one reason.
SELECT
    CASE WHEN reason_code IS NOT NULL THEN 'reason' WHEN stage <> '' THEN 'stage' ELSE 'publisher' END AS kind,
    coalesce(reason_code, nullif(stage, ''), publisher) AS value,
    count(*) AS reasons
FROM reasons
WHERE ($state = 'not_article') = (outcome = 'not_article')
    AND ($state IN ('all', 'not_article') OR ($state = 'open') = (acknowledged_at IS NULL))
GROUP BY GROUPING SETS ((reason_code), (stage), (publisher))
HAVING value IS NOT NULL
ORDER BY kind, reasons DESC, value
