-- Articles whose rows may change now: those that changed captures show or showed, and those that share a
-- key with one. Each by every id that its captures give. One step is enough, however long the chain of keys: the
-- marts know already which ids were one article, and keys between unchanged captures joined them then.
WITH changed AS (
    SELECT identity_key FROM source.warehouse.identity_keys SEMI JOIN refreshed_days USING (capture_day)
    UNION
    SELECT identity_key FROM source.warehouse.identity_keys
    SEMI JOIN changed_withheld USING (capture_day, capture_id)
),
met AS (
    SELECT DISTINCT own_id FROM source.warehouse.identity_keys SEMI JOIN changed USING (identity_key)
),
known AS (
    SELECT article_id::UUID AS article_id
    FROM marts.captures SEMI JOIN refreshed_days USING (capture_day)
    WHERE article_id IS NOT NULL
    UNION
    SELECT coalesce(joined.article_id, met.own_id) AS article_id
    FROM met LEFT JOIN meta.joined_articles AS joined USING (own_id)
),
reached AS (
    SELECT own_id FROM met
    UNION
    SELECT article_id AS own_id FROM known
    UNION
    SELECT own_id FROM meta.joined_articles SEMI JOIN known USING (article_id)
)
SELECT own_id, replace(own_id::VARCHAR, '-', '') AS article_id FROM reached
