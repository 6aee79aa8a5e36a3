SELECT article_id, tag, arg_min(tag_raw, position) AS tag_raw, min(position)::BIGINT AS position
FROM scope_article_tags
GROUP BY article_id, tag
ORDER BY article_id, position
