-- Before the index is written: whatever happens from here on, these are written again unless all went well.
UPDATE held.articles SET stamp = NULL, content = NULL
WHERE article_id IN (SELECT article_id FROM differing WHERE is_gone)
    OR article_id IN (SELECT article_id FROM contents WHERE is_changed)
