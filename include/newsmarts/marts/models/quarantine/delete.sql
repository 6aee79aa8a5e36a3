-- The marts' own rows follow the capture; the others follow their day.
DELETE FROM marts.quarantine
WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
    OR (stage = 'publish' AND capture_id IN (SELECT capture_id FROM scope_captures))
