-- Articles whose own page states no section, and whose section by the lists of articles isn't what the marts have.
-- A list's date must be about the article's: a headline may come back years later.
WITH reached AS (
    SELECT article_id FROM scope_articles
    UNION
    SELECT article_id FROM scope_listed
    UNION
    SELECT article_id FROM marts.page_links SEMI JOIN list_days USING (capture_day)
    UNION
    SELECT unnest([named_before, article_id]) FROM changed_links
),
unstated AS (
    SELECT article_id, published_date, published_local::DATE AS published_on, section
    FROM marts.articles
    SEMI JOIN reached USING (article_id)
    WHERE section_source IS DISTINCT FROM 'page'
),
printed AS (
    SELECT unstated.article_id, links.section, count(DISTINCT links.capture_id) AS captures, min(links.captured_at) AS earliest
    FROM unstated
    JOIN marts.page_links AS links USING (article_id)
    WHERE links.section IS NOT NULL
        AND (links.published_on IS NULL OR abs(links.published_on - unstated.published_on) <= 1)
    GROUP BY ALL
),
chosen AS (
    SELECT article_id, arg_min(section, (-captures, earliest, section)) AS section
    FROM printed
    GROUP BY article_id
)
SELECT unstated.article_id, unstated.published_date, chosen.section
FROM unstated
LEFT JOIN chosen USING (article_id)
WHERE unstated.section IS DISTINCT FROM chosen.section
