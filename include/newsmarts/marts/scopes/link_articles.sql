-- Headlines in scope that exactly one article has or had.
SELECT headline_key, min(article_id) AS article_id
FROM marts.article_revisions
WHERE headline_key IN (SELECT headline_key FROM scope_headlines)
GROUP BY headline_key
HAVING min(article_id) = max(article_id)
