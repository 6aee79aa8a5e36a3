SELECT "text", first_seen_at, last_seen_at, sightings FROM marts.ticker_items
WHERE first_seen_date BETWEEN DATE '2015-01-01' AND DATE '2015-01-31'
ORDER BY last_seen_at - first_seen_at DESC, sightings DESC LIMIT 20
