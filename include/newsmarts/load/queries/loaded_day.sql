SELECT source_sha256, outcome FROM warehouse.days WHERE capture_day = $day
