-- Articles that only one side's marts have, by date.
SELECT article_id::VARCHAR AS article_id, publisher, published_date, headline
FROM one.marts.articles
ANTI JOIN other.marts.articles USING (article_id)
ORDER BY published_date, headline, article_id
LIMIT $most
