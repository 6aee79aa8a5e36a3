SELECT section, count(*) AS articles FROM marts.articles
WHERE section IS NOT NULL
GROUP BY section
ORDER BY articles DESC, section
LIMIT 200
