-- What can be filtered by, each with how many pages (or captures' ticker lines) have it among those in this state.
-- By hashes, since to tell apart a million pages by their names takes seconds.
WITH kept AS (
    SELECT *, hash(capture_id, subject) AS page
    FROM reasons
    WHERE ($state = 'not_article') = (outcome = 'not_article')
        AND ($state <> 'replaced' OR capture_id IN (SELECT capture_id FROM replaced))
)
SELECT
    CASE WHEN reason_code IS NOT NULL THEN 'reason' WHEN stage <> '' THEN 'stage' ELSE 'publisher' END AS kind,
    coalesce(reason_code, nullif(stage, ''), publisher) AS value,
    count(DISTINCT page) AS pages
FROM kept
WHERE $state IN ('all', 'not_article')
    OR ($state = 'acknowledged') = (page NOT IN (SELECT page FROM kept WHERE acknowledged_at IS NULL))
GROUP BY GROUPING SETS ((reason_code), (stage), (publisher))
HAVING value IS NOT NULL
ORDER BY kind, pages DESC, value
