SELECT * FROM reasons
WHERE capture_id IN (SELECT unnest($capture_ids))
ORDER BY captured_at DESC, capture_id, subject, stage, reason_code, expectation, detail
