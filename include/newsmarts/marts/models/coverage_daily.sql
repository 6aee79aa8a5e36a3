WITH scope AS (
    SELECT article_id, published_date, publisher, section, agency, word_count
    FROM marts.articles
    WHERE published_date IN (SELECT published_date FROM scope_dates)
),
counted AS (
    SELECT published_date, publisher, 'all' AS dimension, 'all' AS value, word_count FROM scope
    UNION ALL
    SELECT published_date, publisher, 'section', coalesce(section, '(none)'), word_count FROM scope
    UNION ALL
    SELECT published_date, publisher, 'agency', coalesce(agency, '(none)'), word_count FROM scope
    UNION ALL
    SELECT published_date, publisher, 'tag', coalesce(tags.tag, '(none)'), word_count
    FROM scope
    LEFT JOIN marts.article_tags AS tags USING (article_id)
),
captured AS (
    SELECT
        capture_day AS published_date,
        publisher,
        count(*)::BIGINT AS captures,
        count(*) FILTER (outcome = 'not_article')::BIGINT AS not_article,
        count(*) FILTER (outcome = 'quarantined')::DOUBLE / count(*) AS quarantined_share
    FROM marts.captures
    WHERE capture_day IN (SELECT published_date FROM scope_dates)
    GROUP BY capture_day, publisher
)
SELECT
    counted.published_date,
    counted.publisher,
    counted.dimension,
    counted.value,
    count(*)::BIGINT AS articles,
    sum(counted.word_count)::BIGINT AS words,
    coalesce(any_value(captured.captures), 0) AS captures,
    coalesce(any_value(captured.not_article), 0) AS not_article,
    any_value(captured.quarantined_share) AS quarantined_share
FROM counted
LEFT JOIN captured USING (published_date, publisher)
GROUP BY counted.published_date, counted.publisher, counted.dimension, counted.value
ORDER BY counted.published_date, counted.publisher, counted.dimension, counted.value
