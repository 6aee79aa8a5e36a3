SELECT published_at, publisher, headline FROM marts.articles ORDER BY published_at DESC LIMIT 50
