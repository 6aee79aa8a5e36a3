-- Articles that entries name which are rewritten now.
SELECT DISTINCT article_id
FROM marts.page_links
WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
    OR capture_id IN (SELECT capture_id FROM changed_withheld)
