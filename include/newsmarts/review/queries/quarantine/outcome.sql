SELECT outcome FROM marts.captures WHERE capture_id = $capture_id AND capture_day = $day
