-- One row a tag of a valid capture, in the page's order.
CREATE TABLE IF NOT EXISTS warehouse.article_tags (
    capture_id VARCHAR NOT NULL,
    capture_day DATE NOT NULL,
    position BIGINT NOT NULL,
    tag VARCHAR NOT NULL
)
