SELECT source_sha256 FROM warehouse.days WHERE capture_day = $day
