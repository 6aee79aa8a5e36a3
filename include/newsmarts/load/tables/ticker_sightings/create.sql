-- One row a ticker line on a capture, valid page or not.
CREATE TABLE IF NOT EXISTS warehouse.ticker_sightings (
    capture_id VARCHAR NOT NULL,
    capture_sha256 VARCHAR NOT NULL,
    source_path VARCHAR NOT NULL,
    captured_at TIMESTAMPTZ NOT NULL,
    capture_day DATE NOT NULL,
    publisher VARCHAR NOT NULL,
    position BIGINT NOT NULL,
    "text" VARCHAR NOT NULL
)
