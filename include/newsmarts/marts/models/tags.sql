WITH printed AS (
    SELECT tag, tag_raw, count(*) AS articles, min(published_date) AS earliest, max(published_date) AS latest
    FROM marts.article_tags
    JOIN marts.articles USING (article_id)
    WHERE tag IN (SELECT tag FROM scope_tags)
    GROUP BY tag, tag_raw
)
SELECT
    tag,
    arg_max(tag_raw, (articles, tag_raw)) AS label,
    count(*)::BIGINT AS spellings,
    sum(articles)::BIGINT AS articles,
    min(earliest) AS first_published_date,
    max(latest) AS last_published_date
FROM printed
GROUP BY tag
ORDER BY tag
