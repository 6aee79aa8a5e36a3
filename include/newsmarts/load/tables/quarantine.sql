SELECT * REPLACE (coalesce(outcome, 'quarantined') AS outcome) FROM staged_quarantine
ORDER BY captured_at, source_path, capture_id, subject, stage, reason_code, expectation, detail
