-- One row a loaded day: its outcome, and the hash of what it was loaded from.
CREATE TABLE IF NOT EXISTS warehouse.days (
    capture_day DATE NOT NULL,
    source_sha256 VARCHAR NOT NULL,
    captures BIGINT NOT NULL,
    landed BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    parsed BIGINT NOT NULL,
    valid BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    ticker_items BIGINT NOT NULL,
    ticker_items_quarantined BIGINT NOT NULL,
    code_version VARCHAR NOT NULL,
    rule_versions VARCHAR NOT NULL,
    contracts_version VARCHAR NOT NULL
)
