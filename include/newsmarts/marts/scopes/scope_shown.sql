-- Every valid capture of the articles in scope, looked up in the warehouse once.
SELECT capture_day, capture_id, own_id, text_sha256, captured_at, source_path, capture_sha256
FROM source.warehouse.article_captures
SEMI JOIN scope_articles USING (own_id)
