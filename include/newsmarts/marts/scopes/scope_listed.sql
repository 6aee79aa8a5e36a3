-- Articles that entries name which are rewritten now.
SELECT article_id FROM marts.page_links SEMI JOIN refreshed_days USING (capture_day)
UNION
SELECT article_id FROM marts.page_links SEMI JOIN changed_withheld USING (capture_day, capture_id)
