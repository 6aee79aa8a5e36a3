-- Each loaded day's state: what it was loaded from, and its acknowledgements.
WITH acknowledged AS (
    SELECT
        capture_day,
        sha256(string_agg(
            concat_ws(
                chr(31),
                capture_id,
                subject,
                reason_code,
                expectation,
                epoch_us(acknowledged_at),
                acknowledged_by,
                acknowledged_reason
            ),
            chr(30)
            ORDER BY capture_id, subject, reason_code, expectation
        )) AS acknowledged_sha256
    FROM standing_acknowledgements
    GROUP BY capture_day
)
SELECT days.capture_day, days.source_sha256, acknowledged.acknowledged_sha256
FROM source.warehouse.days AS days
LEFT JOIN acknowledged USING (capture_day)
