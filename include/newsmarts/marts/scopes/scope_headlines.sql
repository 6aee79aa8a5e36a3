-- Headlines of the articles in scope, as numbers: those that the marts have and those that they will have.
SELECT headline_key FROM marts.article_revisions SEMI JOIN known_articles USING (article_id)
UNION
SELECT headline_key FROM scope_texts
UNION
SELECT headline_key FROM link_headlines
