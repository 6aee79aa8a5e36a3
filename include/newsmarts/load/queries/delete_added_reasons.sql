DELETE FROM warehouse.quarantine
WHERE capture_day = $day AND capture_id IN (
    SELECT capture_id
    FROM warehouse.captures
    WHERE capture_day = $day AND of_refused_run
)
