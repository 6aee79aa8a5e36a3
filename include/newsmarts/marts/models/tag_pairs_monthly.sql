-- The first 30 tags: a page with a thousand would make half a million pairs.
WITH borne AS (
    SELECT tags.article_id, tags.tag, date_trunc('month', articles.published_date)::DATE AS month
    FROM marts.articles AS articles
    JOIN marts.article_tags AS tags USING (article_id)
    WHERE tags.position <= 30
        AND date_trunc('month', articles.published_date)::DATE IN (SELECT month FROM scope_months)
)
SELECT one.month, one.tag, other.tag AS other_tag, count(*)::BIGINT AS articles
FROM borne AS one
JOIN borne AS other ON other.article_id = one.article_id AND other.tag > one.tag
GROUP BY ALL
ORDER BY one.month, one.tag, other.tag
