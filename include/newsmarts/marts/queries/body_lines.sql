SELECT
    capture_id,
    flatten(list_transform(body, lambda block: CASE WHEN block.kind = 'list' THEN block.items ELSE [block."text"] END))
        AS body_lines
FROM source.warehouse.article_texts
WHERE capture_day = $day
ORDER BY capture_id
