CREATE OR REPLACE TEMP TABLE accepted_captures AS
SELECT capture_id
FROM warehouse.captures
WHERE capture_day = $day AND NOT of_refused_run
