-- Captures of one day that are valid by themselves, but that the published marts leave out.
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
WHERE capture_day = $day
    AND stage = 'publish'
ORDER BY captured_at, source_path, capture_id, expectation
