-- The body of one valid capture: as blocks, and as text with blank lines between them.
CREATE TABLE IF NOT EXISTS warehouse.article_texts (
    capture_id VARCHAR NOT NULL,
    capture_day DATE NOT NULL,
    body STRUCT(kind VARCHAR, "text" VARCHAR, items VARCHAR[])[] NOT NULL,
    body_text VARCHAR NOT NULL
)
