DELETE FROM warehouse.identity_keys WHERE capture_day = $day
