SELECT
    NULL::VARCHAR AS capture_id,
    NULL::VARCHAR AS capture_sha256,
    NULL::VARCHAR AS publisher,
    NULL::VARCHAR AS stage,
    NULL::VARCHAR AS reason_code,
    NULL::VARCHAR AS expectation,
    NULL::VARCHAR AS detail,
    NULL::VARCHAR AS source_path,
    NULL::TIMESTAMPTZ AS captured_at,
    NULL::DATE AS capture_day,
    NULL::VARCHAR AS subject
WHERE false
