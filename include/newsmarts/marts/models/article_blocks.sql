SELECT
    article_id,
    position,
    block.kind,
    CASE WHEN block.kind = 'list' THEN array_to_string(block.items, chr(10)) ELSE block."text" END AS "text"
FROM (
    SELECT article_id, unnest(body) AS block, unnest(range(1, len(body) + 1)) AS position
    FROM (
        SELECT latest.article_id, texts.body
        FROM article_history AS latest
        JOIN source.warehouse.article_texts AS texts USING (capture_day, capture_id)
        WHERE latest.is_latest
        ORDER BY latest.article_id
    )
)
