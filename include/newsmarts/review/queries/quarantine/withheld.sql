-- Captures of one day that are valid by themselves, but that the published marts leave out.
SELECT COLUMNS(lambda name: name NOT LIKE 'acknowledged%')
FROM marts.quarantine
WHERE capture_day = $day AND stage = 'publish'
ORDER BY captured_at, source_path, capture_id, expectation
