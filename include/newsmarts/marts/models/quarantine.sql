WITH rejected AS (
    SELECT * EXCLUDE (outcome)
    FROM source.warehouse.quarantine
    WHERE outcome = 'quarantined'
        AND (
            capture_day IN (SELECT capture_day FROM refreshed_days)
            OR capture_id IN (SELECT capture_id FROM scope_captures)
        )
    UNION ALL BY NAME
    SELECT
        withheld.*,
        valid.capture_sha256,
        valid.publisher,
        valid.source_path,
        valid.captured_at,
        'publish' AS stage,
        'page' AS subject
    FROM meta.withheld AS withheld
    SEMI JOIN scope_captures USING (capture_day, capture_id)
    JOIN source.warehouse.article_captures AS valid USING (capture_day, capture_id)
)
SELECT
    rejected.*,
    acknowledged.acknowledged_at,
    (acknowledged.acknowledged_at AT TIME ZONE 'UTC')::DATE AS acknowledged_date,
    acknowledged.acknowledged_by,
    acknowledged.acknowledged_reason
FROM rejected
LEFT JOIN standing_acknowledgements AS acknowledged
    ON acknowledged.capture_id = rejected.capture_id
    AND acknowledged.subject = rejected.subject
    AND acknowledged.reason_code = rejected.reason_code
    AND acknowledged.expectation = coalesce(rejected.expectation, '')
ORDER BY
    rejected.captured_at,
    rejected.source_path,
    rejected.capture_id,
    rejected.subject,
    rejected.stage,
    rejected.reason_code,
    rejected.expectation,
    rejected.detail
