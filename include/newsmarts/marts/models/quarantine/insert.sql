INSERT INTO marts.quarantine BY NAME
WITH turned_away AS (
    SELECT *
    FROM source.warehouse.quarantine
    WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
    UNION ALL BY NAME
    SELECT
        said.capture_id,
        said.capture_sha256,
        said.publisher,
        'publish' AS stage,
        withheld.reason_code,
        withheld.expectation,
        withheld.detail,
        said.source_path,
        said.captured_at,
        said.capture_day,
        'page' AS subject
    FROM meta.withheld AS withheld
    SEMI JOIN scope_captures USING (capture_day, capture_id)
    JOIN source.warehouse.article_captures AS said USING (capture_day, capture_id)
)
SELECT
    turned_away.*,
    acknowledged.acknowledged_at,
    (acknowledged.acknowledged_at AT TIME ZONE 'UTC')::DATE AS acknowledged_date,
    acknowledged.acknowledged_by,
    acknowledged.acknowledged_reason
FROM turned_away
LEFT JOIN standing_acknowledgements AS acknowledged
    ON acknowledged.capture_id = turned_away.capture_id
    AND acknowledged.subject = turned_away.subject
    AND acknowledged.reason_code = turned_away.reason_code
    AND acknowledged.expectation = coalesce(turned_away.expectation, '')
ORDER BY
    turned_away.captured_at,
    turned_away.source_path,
    turned_away.capture_id,
    turned_away.subject,
    turned_away.stage,
    turned_away.reason_code,
    turned_away.expectation,
    turned_away.detail
