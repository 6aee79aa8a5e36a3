SELECT date_trunc('month', published_date) AS month, publisher, sum(articles) AS articles
FROM marts.coverage_daily WHERE dimension = 'all' GROUP BY ALL ORDER BY ALL
