-- Pages of a refused day that have no reason of their own.
SELECT
    capture_id,
    capture_sha256,
    publisher,
    'validate' AS stage,
    'day_refused' AS reason_code,
    'The page has no fault of its own: its day was refused as a whole.' AS detail,
    source_path,
    captured_at,
    capture_day,
    'page' AS subject,
    'quarantined' AS outcome
FROM staged_articles
ORDER BY captured_at, source_path, capture_id
