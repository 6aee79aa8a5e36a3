SELECT other_tag, sum(articles) AS articles FROM marts.tag_pairs_monthly
WHERE tag = 'tag 100' AND month = DATE '2015-01-01' GROUP BY other_tag ORDER BY articles DESC LIMIT 20
