-- Days with captures in scope.
SELECT capture_day FROM refreshed_days
UNION
SELECT capture_day FROM scope_captures
