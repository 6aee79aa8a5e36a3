SELECT
    capture_id,
    sha256 AS capture_sha256,
    capture_day || '/' || number || '.html' AS source_path,
    wall_time AT TIME ZONE 'UTC' AS captured_at,
    capture_day,
    publisher,
    place AS position,
    'Correspondent ' || place || ': convoy ' || (hash(capture_day, place) % 100000) || ' reaches the border crossing' AS "text"
FROM numbered
CROSS JOIN range(1, 6) AS places(place)
ORDER BY number, place
