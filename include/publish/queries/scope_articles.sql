-- Articles that a refreshed day shows or showed, and those of captures withheld or given back.
CREATE OR REPLACE TEMP TABLE scope_articles AS
SELECT article_id FROM source.warehouse.article_captures
WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
UNION
SELECT article_id FROM marts.captures
WHERE article_id IS NOT NULL AND capture_day IN (SELECT capture_day FROM refreshed_days)
UNION
SELECT article_id FROM source.warehouse.article_captures
WHERE capture_id IN (SELECT capture_id FROM changed_withheld)
