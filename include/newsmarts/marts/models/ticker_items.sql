SELECT
    ticker_item_id,
    publisher,
    "text",
    nullif(regexp_extract("text", '^(\p{Lu}[\p{L}\p{M}\p{N}’''.&/-]*(?: [\p{L}\p{N}(][\p{L}\p{M}\p{N}’''.&)/-]*){0,7}): ', 1), '') AS speaker,
    min(captured_at) AS first_seen_at,
    max(captured_at) AS last_seen_at,
    count(DISTINCT capture_id)::BIGINT AS sightings,
    (min(captured_at) AT TIME ZONE 'UTC')::DATE AS first_seen_date,
    (max(captured_at) AT TIME ZONE 'UTC')::DATE AS last_seen_date
FROM (
    SELECT
        ticker_item_id(publisher, "text") AS ticker_item_id,
        publisher,
        "text",
        captured_at,
        capture_id
    FROM source.warehouse.ticker_sightings
    SEMI JOIN scope_ticker_items USING (publisher, "text")
)
GROUP BY ticker_item_id, publisher, "text"
ORDER BY ticker_item_id
