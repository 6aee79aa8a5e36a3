SELECT headline, sum(captures) AS captures, min(rank) AS best FROM marts.most_read_daily
WHERE capture_day BETWEEN DATE '2015-01-05' AND DATE '2015-01-11' GROUP BY headline ORDER BY captures DESC LIMIT 20
