-- Every valid capture of the articles in scope, as it stands in the warehouse: looked up there once.
CREATE OR REPLACE TEMP TABLE scope_shown AS
SELECT capture_day, capture_id, own_id, text_sha256, captured_at, source_path, capture_sha256
FROM source.warehouse.article_captures
SEMI JOIN scope_articles USING (own_id)
