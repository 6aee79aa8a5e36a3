SELECT *, capture_sha256 AS sha256, 'text/html' AS media_type, 150000 AS size_bytes, captured_at AS landed_at
FROM numbered
ORDER BY number
