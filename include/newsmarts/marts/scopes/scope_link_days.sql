-- Days whose lists were rewritten, or name other articles now.
SELECT capture_day FROM list_days
UNION
SELECT capture_day FROM changed_links
