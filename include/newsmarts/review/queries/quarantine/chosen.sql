-- The pages (or captures' ticker lines) that pass the filters, newest first: one screen of them with all their
-- reasons, and how many pass in all.
WITH pages AS (
    SELECT capture_id, subject, any_value(captured_at) AS captured_at, any_value(source_path) AS path, count(*) OVER () AS total
    FROM reasons
    WHERE ($state = 'not_article') = (outcome = 'not_article')
        AND ($state <> 'replaced' OR capture_id IN (SELECT capture_id FROM replaced))
        AND ($capture_ids IS NULL OR capture_id IN (SELECT unnest($capture_ids::VARCHAR[])))
        AND ($publisher IS NULL OR publisher = $publisher)
        AND ($day::DATE IS NULL OR capture_day = $day::DATE)
    GROUP BY capture_id, subject
    HAVING ($reason IS NULL OR bool_or(reason_code = $reason))
        AND ($stage IS NULL OR bool_or(stage = $stage))
        AND ($state IN ('all', 'not_article') OR ($state <> 'acknowledged') = bool_or(acknowledged_at IS NULL))
    ORDER BY captured_at DESC, path, capture_id, subject
    LIMIT $page_size OFFSET $first
)
SELECT reasons.*, replaced.replaced_by, replaced.replaced_on, pages.total
FROM pages
JOIN reasons USING (capture_id, subject)
LEFT JOIN replaced USING (capture_id)
WHERE ($state = 'not_article') = (outcome = 'not_article')
ORDER BY captured_at DESC, pages.path, capture_id, subject, stage, reason_code, expectation, detail
