SELECT * FROM marts.article_tags
WHERE article_id IN (SELECT unaudited.key FROM meta.unaudited WHERE kind = 'article')
    OR article_id IS NULL
