-- Articles that entries name which are rewritten now.
SELECT DISTINCT article_id FROM marts.page_links SEMI JOIN list_days USING (capture_day)
