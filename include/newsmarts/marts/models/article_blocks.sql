SELECT
    article_id,
    position,
    block.kind,
    CASE WHEN block.kind = 'list' THEN array_to_string(block.items, chr(10)) ELSE block."text" END AS "text"
FROM (
    SELECT latest.article_id, unnest(texts.body) AS block, unnest(range(1, len(texts.body) + 1)) AS position
    FROM article_history AS latest
    JOIN source.warehouse.article_texts AS texts USING (capture_day, capture_id)
    WHERE latest.is_latest
)
ORDER BY article_id, position
