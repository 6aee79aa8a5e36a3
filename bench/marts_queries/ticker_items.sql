SELECT
    *,
    place AS position,
    'Correspondent ' || place || ': convoy ' || (hash(capture_day, place) % 100000) || ' reaches the border crossing' AS "text"
FROM numbered
CROSS JOIN range(1, 6) AS places(place)
ORDER BY number, place
