-- The tag that a person means, however it is written.
SELECT tag FROM marts.article_tags
WHERE lower(tag) = lower($tag) OR lower(tag_raw) = lower($tag)
ORDER BY tag = $tag DESC, tag
LIMIT 1
