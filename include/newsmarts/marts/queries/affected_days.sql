-- Days whose bodies a changed day's ticker may reach.
CREATE OR REPLACE TEMP TABLE affected_days AS
SELECT DISTINCT days.capture_day
FROM source.warehouse.days AS days
JOIN dirty_days AS dirty
    ON days.capture_day BETWEEN dirty.capture_day - $neighbour_days::INTEGER
    AND dirty.capture_day + $neighbour_days::INTEGER
