SELECT published_at, headline, section, word_count FROM marts.articles
WHERE published_date = DATE '2015-01-15' ORDER BY published_at
