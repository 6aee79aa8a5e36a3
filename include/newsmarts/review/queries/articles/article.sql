SELECT articles.*, texts.body_text
FROM marts.articles AS articles
LEFT JOIN marts.article_texts AS texts USING (article_id)
WHERE articles.article_id = $article_id
