SELECT reason_code, count(*)::BIGINT AS captures
FROM marts.captures
WHERE outcome = 'not_article'
GROUP BY reason_code
ORDER BY captures DESC, reason_code
