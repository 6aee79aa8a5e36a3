-- Articles whose document in the index is out of date.
SELECT article_id FROM differing WHERE is_held AND is_gone
UNION ALL
SELECT article_id FROM contents WHERE is_held AND is_changed
ORDER BY article_id
