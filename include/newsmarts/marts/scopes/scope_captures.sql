-- All captures of refreshed days, and all captures of the articles in scope.
SELECT capture_day, capture_id FROM source.warehouse.captures
WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
UNION
SELECT capture_day, capture_id FROM scope_shown
