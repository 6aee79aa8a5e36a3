-- One row a capture of a loaded day: those in the manifest, and those that land turned away.
CREATE TABLE IF NOT EXISTS warehouse.captures (
    capture_id VARCHAR NOT NULL,
    sha256 VARCHAR,
    publisher VARCHAR,
    feed VARCHAR,
    source_path VARCHAR NOT NULL,
    captured_at TIMESTAMPTZ NOT NULL,
    capture_day DATE NOT NULL,
    media_type VARCHAR,
    size_bytes BIGINT,
    url VARCHAR,
    http_status BIGINT
)
