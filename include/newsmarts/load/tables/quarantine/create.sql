-- What land, parse and validate turned away, with the reason.
CREATE TABLE IF NOT EXISTS warehouse.quarantine (
    capture_id VARCHAR NOT NULL,
    capture_sha256 VARCHAR,
    publisher VARCHAR,
    stage VARCHAR NOT NULL,
    reason_code VARCHAR NOT NULL,
    expectation VARCHAR,
    detail VARCHAR NOT NULL,
    source_path VARCHAR NOT NULL,
    captured_at TIMESTAMPTZ NOT NULL,
    capture_day DATE NOT NULL,
    subject VARCHAR NOT NULL
)
