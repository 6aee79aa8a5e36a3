INSERT INTO marts.quarantine BY NAME
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
ORDER BY captured_at, source_path, capture_id, subject, stage, reason_code, expectation, detail
