-- The days written now, and days whose bodies their ticker lines may reach.
SELECT DISTINCT days.capture_day
FROM source.warehouse.days AS days
JOIN dirty_days AS dirty
    ON days.capture_day BETWEEN dirty.capture_day - $neighbour_days::INTEGER
    AND dirty.capture_day + $neighbour_days::INTEGER
UNION
SELECT capture_day FROM dirty_days
