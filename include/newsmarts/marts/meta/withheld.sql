SELECT capture_day, capture_id, reason_code, expectation, detail FROM found_leaks
ORDER BY capture_day, capture_id
