SELECT source_sha256, outcome, refusal FROM warehouse.days WHERE capture_day = $day
