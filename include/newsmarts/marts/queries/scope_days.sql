CREATE OR REPLACE TEMP TABLE scope_days AS
SELECT capture_day FROM source.warehouse.days WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
UNION
SELECT capture_day FROM scope_captures
