-- A hash of the current content of each article that may differ, and the names of its tags.
CREATE OR REPLACE TEMP TABLE contents AS
WITH heads AS (
    SELECT
        places.article_id,
        hash(publisher, url, published_at, headline, standfirst) AS head
    FROM places
    JOIN news.marts.articles AS articles ON articles.rowid = places.article_row
),
bodies AS (
    SELECT places.article_id, hash(body_text) AS body
    FROM places
    JOIN news.marts.article_texts AS texts ON texts.rowid = places.text_row
)
SELECT
    article_id,
    places.stamp,
    hash(heads.head, bodies.body, tag_names.names) AS current_content,
    places.is_held,
    current_content IS DISTINCT FROM places.known_content AS is_changed,
    places.article_row,
    places.text_row,
    tag_names.names
FROM places
JOIN heads USING (article_id)
JOIN bodies USING (article_id)
LEFT JOIN tag_names USING (article_id)
