-- Days whose lists are rewritten.
SELECT capture_day FROM refreshed_days
UNION
SELECT capture_day FROM changed_withheld
