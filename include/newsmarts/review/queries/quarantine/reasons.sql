-- Every reason why something is in quarantine, as it is now: of most days as the current release has it, of days
-- that the release hasn't (refused, new, or run again since) as validate left it.
CREATE OR REPLACE TEMP VIEW reasons AS
WITH quarantined AS (
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
        subject
    FROM marts.quarantine
    WHERE stage = 'publish' OR capture_day NOT IN (SELECT capture_day FROM days_as_validated)
    UNION ALL BY NAME
    SELECT * FROM validated_quarantine
)
SELECT
    quarantined.*,
    acknowledged.acknowledged_at,
    acknowledged.acknowledged_by,
    acknowledged.acknowledged_reason
FROM quarantined
LEFT JOIN standing_acknowledgements AS acknowledged
    ON acknowledged.capture_id = quarantined.capture_id
    AND acknowledged.subject = quarantined.subject
    AND acknowledged.reason_code = quarantined.reason_code
    AND acknowledged.expectation = coalesce(quarantined.expectation, '')
