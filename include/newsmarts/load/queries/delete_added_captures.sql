DELETE FROM warehouse.captures WHERE capture_day = $day AND of_refused_run
