SELECT * FROM marts.tags
WHERE tag IN (SELECT unaudited.key FROM meta.unaudited WHERE kind = 'tag')
    OR tag IS NULL
