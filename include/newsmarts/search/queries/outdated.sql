-- Articles of which the index may hold something that is no longer so.
SELECT article_id FROM differing WHERE is_held AND is_gone
UNION ALL
SELECT article_id FROM contents WHERE is_held AND is_changed
ORDER BY article_id
