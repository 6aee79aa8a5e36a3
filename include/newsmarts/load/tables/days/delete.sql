DELETE FROM warehouse.days WHERE capture_day = $day
