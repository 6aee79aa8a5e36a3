SELECT DISTINCT ON (article_id, tag) article_id, tag, tag AS tag_raw, 1 AS position
FROM (SELECT article_id, unnest(tags) AS tag FROM made)
ORDER BY article_id, tag
