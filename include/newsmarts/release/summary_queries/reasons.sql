-- Captures, not rows: a page may break one contract in two ways.
SELECT reason_code, count(DISTINCT capture_id)::BIGINT AS captures
FROM marts.quarantine
WHERE subject = 'page'
GROUP BY reason_code
ORDER BY captures DESC, reason_code
