-- All spellings of an article's tags, also those that no page has used yet: each finds the tag.
CREATE OR REPLACE TEMP TABLE tag_names AS
WITH tags AS (
    SELECT article_id, tag, tag_raw FROM news.marts.article_tags SEMI JOIN differing USING (article_id)
),
named AS (
    SELECT article_id, tag AS name FROM tags
    UNION
    SELECT article_id, tag_raw AS name FROM tags
    UNION
    SELECT tags.article_id, spelling AS name FROM tags JOIN tag_spellings USING (tag)
)
SELECT article_id, list(name ORDER BY name) AS names FROM named GROUP BY article_id
