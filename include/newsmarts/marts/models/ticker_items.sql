WITH items AS (
    SELECT
        ticker_item_id,
        publisher,
        "text",
        nullif(regexp_extract("text", '^([\p{Lu}\p{Lo}][\p{L}\p{M}\p{N}’''.&/-]*(?: [\p{L}\p{N}(][\p{L}\p{M}\p{N}’''.&)/-]*){0,7}): ', 1), '') AS speaker,
        min(captured_at) AS first_seen_at,
        max(captured_at) AS last_seen_at,
        count(DISTINCT capture_id)::BIGINT AS sightings,
        (min(captured_at) AT TIME ZONE 'UTC')::DATE AS first_seen_date,
        (max(captured_at) AT TIME ZONE 'UTC')::DATE AS last_seen_date,
        if(min(capture_day) FILTER (captured_at_precision = 'day') = min(capture_day), 'day', 'second') AS first_seen_at_precision,
        if(max(capture_day) FILTER (captured_at_precision = 'day') = max(capture_day), 'day', 'second') AS last_seen_at_precision
    FROM (
        SELECT
            ticker_item_id,
            seen.publisher,
            seen."text",
            seen.captured_at,
            seen.capture_day,
            seen.capture_id,
            captured.captured_at_precision
        FROM source.warehouse.ticker_sightings AS seen
        JOIN scope_ticker_items USING (publisher, "text")
        JOIN source.warehouse.captures AS captured USING (capture_day, capture_id)
        WHERE seen.capture_day IN (SELECT capture_day FROM ticker_days)
    )
    GROUP BY ticker_item_id, publisher, "text"
)
SELECT items.*, coalesce(known.speaker_canonical, items.speaker) AS speaker_canonical
FROM items
LEFT JOIN speaker_names AS known USING (publisher, speaker)
ORDER BY ticker_item_id
