SELECT * FROM marts.article_texts
WHERE article_id IN (SELECT unaudited.key FROM meta.unaudited WHERE kind = 'article')
    OR article_id IS NULL
