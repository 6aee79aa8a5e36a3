SELECT
    article.publisher,
    capture_id,
    flatten(
        list_transform(
            texts.body,
            lambda block: CASE WHEN block.kind = 'list' THEN block.items ELSE string_split(replace(block."text", chr(9), chr(10)), chr(10)) END
        )
    ) AS body_lines
FROM source.warehouse.article_texts AS texts
JOIN source.warehouse.article_captures AS article USING (capture_day, capture_id)
WHERE capture_day = $day
ORDER BY capture_id
