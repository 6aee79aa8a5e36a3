WITH shown AS (
    SELECT * FROM marts.page_links
    WHERE list_name = 'most_read' AND capture_day IN (SELECT capture_day FROM scope_link_days)
),
lists AS (
    SELECT capture_day, publisher, count(DISTINCT capture_id) AS lists FROM shown GROUP BY ALL
),
counted AS (
    SELECT
        capture_day,
        publisher,
        headline_key,
        min(headline) AS headline,
        min(article_id) AS article_id,
        count(DISTINCT capture_id)::BIGINT AS captures,
        min(position)::BIGINT AS best_position,
        sum(position)::DOUBLE / count(*) AS mean_position
    FROM shown
    GROUP BY capture_day, publisher, headline_key
)
SELECT
    counted.*,
    row_number() OVER (
        PARTITION BY counted.capture_day, counted.publisher
        ORDER BY counted.captures DESC, counted.mean_position, counted.headline, counted.headline_key
    )::BIGINT AS rank,
    counted.captures::DOUBLE / lists.lists AS share_of_lists
FROM counted
JOIN lists USING (capture_day, publisher)
ORDER BY capture_day, publisher, rank
