DELETE FROM warehouse.quarantine WHERE capture_day = $day
