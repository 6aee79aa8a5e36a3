SELECT
    capture_id,
    capture_day,
    article_id::UUID AS own_id,
    unnest(list_distinct(list_append(identity_keys, article_id)))::UUID AS identity_key
FROM staged_articles
ORDER BY capture_id, identity_key
