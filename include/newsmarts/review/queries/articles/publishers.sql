SELECT articles.publisher AS slug, any_value(publishers.name) AS name, any_value(publishers.edition) AS edition, count(*) AS articles
FROM marts.articles AS articles
LEFT JOIN marts.publishers AS publishers USING (publisher)
GROUP BY articles.publisher
ORDER BY articles DESC, slug
