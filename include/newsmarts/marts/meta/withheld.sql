CREATE TABLE meta.withheld (
    capture_day DATE,
    capture_id VARCHAR,
    reason_code VARCHAR,
    expectation VARCHAR,
    detail VARCHAR
)
