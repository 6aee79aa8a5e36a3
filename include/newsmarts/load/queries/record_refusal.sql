UPDATE warehouse.days SET refusal = $refusal WHERE capture_day = $day
