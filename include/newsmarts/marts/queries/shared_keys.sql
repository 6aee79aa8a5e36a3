-- Ids of articles in scope that are known by one key, in pairs. A withheld capture joins nothing.
WITH kept AS (
    SELECT own_id, identity_key
    FROM source.warehouse.identity_keys
    SEMI JOIN scope_shown USING (capture_day, capture_id)
    ANTI JOIN meta.withheld USING (capture_day, capture_id)
),
shared AS (
    SELECT identity_key, min(own_id) AS least_id
    FROM kept
    GROUP BY identity_key
    HAVING min(own_id) <> max(own_id)
)
SELECT DISTINCT shared.least_id::VARCHAR AS one, kept.own_id::VARCHAR AS other
FROM kept
JOIN shared USING (identity_key)
WHERE kept.own_id <> shared.least_id
