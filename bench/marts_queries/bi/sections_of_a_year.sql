SELECT value AS section, sum(articles) AS articles, sum(words) AS words
FROM marts.coverage_daily
WHERE dimension = 'section' AND published_date BETWEEN DATE '2015-01-01' AND DATE '2015-12-31'
GROUP BY value ORDER BY articles DESC
