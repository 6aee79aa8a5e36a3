DELETE FROM warehouse.contract_results WHERE capture_day = $day
