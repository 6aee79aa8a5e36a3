-- Every valid capture of the articles in scope, looked up in the warehouse once. One that is withheld as before may
-- be missing.
SELECT
    shown.capture_day,
    shown.capture_id,
    shown.own_id,
    shown.text_sha256,
    shown.captured_at,
    captured.captured_at_precision,
    shown.source_path,
    shown.capture_sha256
FROM source.warehouse.article_captures AS shown
SEMI JOIN scope_articles USING (own_id)
JOIN source.warehouse.captures AS captured USING (capture_day, capture_id)
WHERE shown.capture_day IN (SELECT capture_day FROM shown_days)
