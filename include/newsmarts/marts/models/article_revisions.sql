SELECT
    texts.article_id,
    texts.revision,
    texts.text_sha256,
    capture.headline,
    capture.standfirst,
    body.body_text,
    texts.valid_from,
    texts.valid_to,
    (texts.valid_from AT TIME ZONE 'UTC')::DATE AS valid_from_date,
    (texts.valid_to AT TIME ZONE 'UTC')::DATE AS valid_to_date,
    texts.captures,
    capture.word_count,
    texts.is_latest,
    coalesce(changes.headline_changed, false) AS headline_changed,
    coalesce(changes.standfirst_changed, false) AS standfirst_changed,
    coalesce(changes.blocks_added, 0) AS blocks_added,
    coalesce(changes.blocks_removed, 0) AS blocks_removed,
    coalesce(changes.blocks_edited, 0) AS blocks_edited,
    changes.change,
    texts.headline_key
FROM scope_texts AS texts
JOIN source.warehouse.article_captures AS capture USING (capture_day, capture_id)
JOIN source.warehouse.article_texts AS body USING (capture_day, capture_id)
LEFT JOIN revision_changes AS changes USING (article_id, revision)
ORDER BY texts.article_id, texts.revision
