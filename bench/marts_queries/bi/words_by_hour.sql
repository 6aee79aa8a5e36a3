SELECT hour(published_local) AS hour, count(*) AS articles, avg(word_count) AS words FROM marts.articles
WHERE published_date BETWEEN DATE '2015-01-01' AND DATE '2015-03-31' GROUP BY ALL ORDER BY ALL
