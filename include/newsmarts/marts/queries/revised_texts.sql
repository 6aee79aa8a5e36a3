-- Texts of the articles in scope that have more than one.
SELECT
    texts.article_id,
    texts.revision,
    capture.headline,
    capture.standfirst,
    list_transform(
        body.body,
        lambda block: CASE WHEN block.kind = 'list' THEN array_to_string(block.items, chr(10)) ELSE block."text" END
    ) AS blocks
FROM scope_texts AS texts
JOIN source.warehouse.article_captures AS capture USING (capture_day, capture_id)
JOIN source.warehouse.article_texts AS body USING (capture_day, capture_id)
WHERE texts.article_id IN (SELECT article_id FROM scope_texts WHERE revision = 2)
ORDER BY texts.article_id, texts.revision
