-- Every part is counted by itself from marts.captures, so that the contract on their sum can fail.
SELECT
    days.capture_day,
    days.outcome,
    days.refusal,
    days.captures,
    count(*) FILTER (captured.outcome = 'loaded')::BIGINT AS articles_loaded,
    count(*) FILTER (captured.outcome = 'loaded' AND NOT captured.is_revision)::BIGINT AS new_articles,
    count(*) FILTER (captured.outcome = 'loaded' AND captured.is_revision)::BIGINT AS revisions,
    count(*) FILTER (captured.outcome = 'repeat')::BIGINT AS repeats,
    count(*) FILTER (captured.outcome = 'not_article')::BIGINT AS not_article,
    count(*) FILTER (captured.outcome = 'quarantined')::BIGINT AS quarantined,
    count(withheld.detail)::BIGINT AS withheld,
    coalesce(count(*) FILTER (captured.outcome = 'quarantined')::DOUBLE / nullif(days.captures, 0), 0.0) AS quarantined_share,
    days.rejected,
    CASE WHEN days.outcome = 'accepted' THEN days.ticker_items ELSE 0 END AS ticker_items,
    days.ticker_items_quarantined
FROM source.warehouse.days AS days
LEFT JOIN (FROM marts.captures SEMI JOIN scope_days USING (capture_day)) AS captured USING (capture_day)
LEFT JOIN meta.withheld AS withheld
    ON withheld.capture_day = captured.capture_day AND withheld.capture_id = captured.capture_id
WHERE days.capture_day IN (SELECT capture_day FROM scope_days)
GROUP BY
    days.capture_day,
    days.outcome,
    days.refusal,
    days.captures,
    days.rejected,
    days.ticker_items,
    days.ticker_items_quarantined
ORDER BY days.capture_day
