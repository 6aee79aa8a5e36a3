-- Every reason why a page isn't in the marts, as it is now: of most days as the current release has it, of days
-- that the release hasn't so (new, or run again since) as validate left it.
CREATE OR REPLACE TEMP VIEW reasons AS
WITH left_out AS (
    SELECT
        capture_id,
        capture_sha256,
        publisher,
        stage,
        reason_code,
        expectation,
        detail,
        source_path,
        captured_at,
        capture_day,
        subject,
        'quarantined' AS outcome
    FROM marts.quarantine
    WHERE stage = 'publish' OR capture_day NOT IN (SELECT capture_day FROM days_as_validated)
    UNION ALL BY NAME
    -- the marts keep the first reason of such a page and not its stage; those of earlier versions have none
    SELECT
        capture_id,
        capture_sha256,
        publisher,
        '' AS stage,
        to_json(captures) ->> 'reason_code' AS reason_code,
        to_json(captures) ->> 'reason_detail' AS detail,
        source_path,
        captured_at,
        capture_day,
        'page' AS subject,
        outcome
    FROM marts.captures
    WHERE outcome = 'not_article' AND capture_day NOT IN (SELECT capture_day FROM days_as_validated)
    UNION ALL BY NAME
    SELECT * REPLACE (coalesce(outcome, 'quarantined') AS outcome) FROM validated_quarantine
)
SELECT
    left_out.*,
    acknowledged.acknowledged_at,
    acknowledged.acknowledged_by,
    acknowledged.acknowledged_reason
FROM left_out
LEFT JOIN standing_acknowledgements AS acknowledged
    ON acknowledged.capture_id = left_out.capture_id
    AND acknowledged.subject = left_out.subject
    AND acknowledged.reason_code = left_out.reason_code
    AND acknowledged.expectation = coalesce(left_out.expectation, '')
    AND left_out.outcome = 'quarantined'
