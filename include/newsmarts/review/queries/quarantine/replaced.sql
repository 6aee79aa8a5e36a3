-- Captures in quarantine whose page is in the release by another capture, as new or newer: of the same path in the
-- same feed, or of the same address. The inbox gives the captures of one path and day the same time.
-- What follows "!/" may be a place in an archive (an offset, a line), which is no page's name.
WITH pages AS (
    SELECT DISTINCT capture_id, capture_day, source_path, captured_at
    FROM reasons
    WHERE outcome = 'quarantined' AND subject = 'page'
),
known AS (
    SELECT pages.*, captures.feed, captures.url
    FROM pages
    LEFT JOIN marts.captures AS captures USING (capture_day, capture_id)
),
by_path AS (
    SELECT feed, source_path, max({'at': captured_at, 'day': capture_day, 'id': capture_id}) AS capture
    FROM marts.captures
    SEMI JOIN known USING (source_path)
    WHERE outcome IN ('loaded', 'repeat')
    GROUP BY ALL
),
by_address AS (
    SELECT url, max({'at': captured_at, 'day': capture_day, 'id': capture_id}) AS capture
    FROM marts.captures
    SEMI JOIN known USING (url)
    WHERE outcome IN ('loaded', 'repeat')
    GROUP BY ALL
),
found AS (
    SELECT known.capture_id, known.captured_at, by_path.capture
    FROM known
    JOIN by_path
        ON by_path.source_path = known.source_path AND by_path.feed = coalesce(known.feed, by_path.feed)
    WHERE NOT regexp_matches(known.source_path, '!/[0-9]+$')
    UNION ALL BY NAME
    SELECT known.capture_id, known.captured_at, by_address.capture
    FROM known
    JOIN by_address USING (url)
)
SELECT capture_id, max(capture).id AS replaced_by, max(capture).day AS replaced_on
FROM found
WHERE capture.at >= captured_at
GROUP BY capture_id
