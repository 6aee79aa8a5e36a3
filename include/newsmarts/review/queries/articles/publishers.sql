SELECT publisher, count(*) AS articles FROM marts.articles GROUP BY publisher ORDER BY articles DESC, publisher
