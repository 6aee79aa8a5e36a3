SELECT * FROM marts.article_revisions
WHERE article_id IN (SELECT unaudited.key FROM meta.unaudited WHERE kind = 'article')
    OR article_id IS NULL
