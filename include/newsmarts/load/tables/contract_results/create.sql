-- What each expectation said of a loaded day.
CREATE TABLE IF NOT EXISTS warehouse.contract_results (
    capture_day DATE NOT NULL,
    contract VARCHAR NOT NULL,
    expectation VARCHAR NOT NULL,
    expectation_type VARCHAR NOT NULL,
    column_name VARCHAR,
    severity VARCHAR NOT NULL,
    passed BOOLEAN NOT NULL,
    evaluated_rows BIGINT NOT NULL,
    unexpected_rows BIGINT NOT NULL,
    notes VARCHAR NOT NULL
)
