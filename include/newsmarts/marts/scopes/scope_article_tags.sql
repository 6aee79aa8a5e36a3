-- Tags of the articles in scope as they are now. Case, accents, apostrophes and known spellings make no
-- difference to which tag it is.
WITH printed AS (
    SELECT
        latest.article_id,
        tags.position,
        tags.tag AS tag_raw,
        trim(regexp_replace(strip_accents(lower(regexp_replace(tags.tag, '[’'']', '', 'g'))), '\s+', ' ', 'g')) AS folded
    FROM article_history AS latest
    JOIN source.warehouse.article_tags AS tags USING (capture_day, capture_id)
    WHERE latest.is_latest
)
SELECT printed.article_id, printed.position, printed.tag_raw, coalesce(known.tag, printed.folded) AS tag
FROM printed
LEFT JOIN tag_spellings AS known ON known.spelling = printed.folded
