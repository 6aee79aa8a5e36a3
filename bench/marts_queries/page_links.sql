SELECT
    *,
    CASE WHEN place <= 5 THEN 'most_read' ELSE 'read_next' END AS list_name,
    1 + (place - 1) % 5 AS position,
    'Talks on item ' || item || ' of ' || (item % 977) || ' go on in the capital' AS headline,
    'Politics' AS section,
    capture_day AS published_on
FROM (
    -- what a day's lists show was published on that day
    SELECT *, first_of_day + hash(capture_day, place) % per_day AS item
    FROM numbered
    CROSS JOIN range(1, 9) AS places(place)
)
ORDER BY number, place
