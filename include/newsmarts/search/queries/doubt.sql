-- Before the index is written: unless the update ends well, the next one writes these again.
UPDATE held.articles SET stamp = NULL, content = NULL
WHERE article_id IN (SELECT article_id FROM differing WHERE is_gone)
    OR article_id IN (SELECT article_id FROM contents WHERE is_changed)
