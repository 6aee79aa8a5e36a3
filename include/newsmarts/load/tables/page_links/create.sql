-- One row an entry of a list of other articles on a valid page.
CREATE TABLE IF NOT EXISTS warehouse.page_links (
    capture_id VARCHAR NOT NULL,
    captured_at TIMESTAMPTZ NOT NULL,
    capture_day DATE NOT NULL,
    publisher VARCHAR NOT NULL,
    list_name VARCHAR NOT NULL,
    position BIGINT NOT NULL,
    headline VARCHAR NOT NULL,
    caption VARCHAR,
    section VARCHAR,
    published_on DATE
)
