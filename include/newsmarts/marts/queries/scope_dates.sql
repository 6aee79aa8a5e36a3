-- Days on which articles in scope were published, as told before and now, and days whose captures are told anew.
CREATE OR REPLACE TEMP TABLE scope_dates AS
SELECT published_date FROM marts.articles SEMI JOIN scope_articles USING (article_id)
UNION
SELECT (said.published_at AT TIME ZONE 'UTC')::DATE
FROM article_history AS latest
JOIN source.warehouse.article_captures AS said USING (capture_day, capture_id)
WHERE latest.is_latest
UNION
SELECT capture_day FROM scope_days
UNION
SELECT capture_day FROM refreshed_days
