-- A capture that nothing accounts for gets no outcome, and then the contract rejects the release.
WITH rejected AS (
    SELECT
        capture_day,
        capture_id,
        min(publisher) AS publisher,
        min(outcome) AS outcome,
        min_by(
            {'code': reason_code, 'detail': detail},
            {
                'stage': list_position(['land', 'parse', 'validate'], stage),
                'code': reason_code,
                'expectation': expectation,
                'detail': detail
            }
        ) AS reason
    FROM source.warehouse.quarantine
    WHERE subject = 'page' AND capture_day IN (SELECT capture_day FROM scope_days)
    GROUP BY ALL
)
SELECT
    captured.* EXCLUDE (sha256, publisher, of_refused_run),
    captured.sha256 AS capture_sha256,
    coalesce(valid.publisher, rejected.publisher, captured.publisher) AS publisher,
    CASE
        WHEN rejected.capture_id IS NOT NULL THEN rejected.outcome
        WHEN withheld.capture_id IS NOT NULL THEN 'quarantined'
        WHEN kept.is_new_text THEN 'loaded'
        WHEN kept.capture_id IS NOT NULL THEN 'repeat'
    END AS outcome,
    coalesce(rejected.reason.code, withheld.reason_code) AS reason_code,
    coalesce(rejected.reason.detail, withheld.detail) AS reason_detail,
    coalesce(kept.is_new_text AND kept.ordinal > 1, false) AS is_revision,
    CASE WHEN kept.capture_id IS NOT NULL THEN valid.share_count END AS share_count,
    kept.article_id
FROM source.warehouse.captures AS captured
SEMI JOIN scope_captures USING (capture_day, capture_id)
LEFT JOIN article_history AS kept USING (capture_day, capture_id)
LEFT JOIN source.warehouse.article_captures AS valid USING (capture_day, capture_id)
LEFT JOIN rejected USING (capture_day, capture_id)
LEFT JOIN meta.withheld AS withheld USING (capture_day, capture_id)
ORDER BY captured.captured_at, captured.source_path, captured.capture_id
