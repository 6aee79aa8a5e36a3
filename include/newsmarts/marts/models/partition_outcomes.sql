-- Every part is counted by itself from marts.captures, so that the contract on their sum can fail.
WITH counted AS (
    SELECT
        capture_day,
        count(*) FILTER (outcome = 'loaded')::BIGINT AS articles_loaded,
        count(*) FILTER (outcome = 'loaded' AND NOT is_revision)::BIGINT AS new_articles,
        count(*) FILTER (outcome = 'loaded' AND is_revision)::BIGINT AS revisions,
        count(*) FILTER (outcome = 'repeat')::BIGINT AS repeats,
        count(*) FILTER (outcome = 'quarantined')::BIGINT AS quarantined
    FROM marts.captures
    WHERE capture_day IN (SELECT capture_day FROM scope_days)
    GROUP BY capture_day
),
withheld AS (
    SELECT capture_day, count(*)::BIGINT AS withheld FROM meta.withheld GROUP BY capture_day
)
SELECT
    days.capture_day,
    days.captures,
    coalesce(counted.articles_loaded, 0) AS articles_loaded,
    coalesce(counted.new_articles, 0) AS new_articles,
    coalesce(counted.revisions, 0) AS revisions,
    coalesce(counted.repeats, 0) AS repeats,
    coalesce(counted.quarantined, 0) AS quarantined,
    coalesce(withheld.withheld, 0) AS withheld,
    coalesce(counted.quarantined::DOUBLE / nullif(days.captures, 0), 0.0) AS quarantined_share,
    days.rejected,
    days.ticker_items,
    days.ticker_items_quarantined
FROM source.warehouse.days AS days
LEFT JOIN counted USING (capture_day)
LEFT JOIN withheld USING (capture_day)
WHERE days.capture_day IN (SELECT capture_day FROM scope_days)
ORDER BY days.capture_day
