SELECT
    capture_id,
    sha256,
    publisher,
    'inbox' AS feed,
    capture_day || '/' || number || '.html' AS source_path,
    wall_time AT TIME ZONE 'UTC' AS captured_at,
    capture_day,
    'text/html' AS media_type,
    150000 AS size_bytes,
    wall_time AT TIME ZONE 'UTC' AS landed_at
FROM numbered
ORDER BY number
