SELECT capture_id, capture_sha256, feed, source_path, url, captured_at, captured_at_precision, capture_day, size_bytes, outcome, is_revision
FROM marts.captures
WHERE article_id = $article_id
ORDER BY captured_at DESC, source_path DESC, capture_id
