-- The first 30 tags: a page with a thousand would make half a million pairs.
WITH dates AS (
    SELECT month, unnest(generate_series(month, last_day(month), INTERVAL 1 DAY))::DATE AS published_date
    FROM scope_months
),
published AS (
    SELECT article_id, month FROM marts.articles JOIN dates USING (published_date)
),
borne AS (
    SELECT article_id, tag, month
    FROM published
    JOIN marts.article_tags USING (article_id)
    WHERE position <= 30
)
SELECT one.month, one.tag, other.tag AS other_tag, count(*)::BIGINT AS articles
FROM borne AS one
JOIN borne AS other ON other.article_id = one.article_id AND other.tag > one.tag
GROUP BY ALL
ORDER BY one.month, one.tag, other.tag
