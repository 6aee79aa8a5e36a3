DELETE FROM warehouse.captures WHERE capture_day = $day
