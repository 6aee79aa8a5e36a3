-- All spellings of an article's tags, also those that no page has used yet: each finds the tag.
CREATE OR REPLACE TEMP TABLE tag_names AS
WITH known AS (
    SELECT tag, list(spelling) AS spellings FROM tag_spellings GROUP BY tag
)
SELECT
    article_id,
    list_sort(list_distinct(flatten(list([tag, tag_raw] || coalesce(known.spellings, []))))) AS names
FROM news.marts.article_tags
SEMI JOIN differing USING (article_id)
LEFT JOIN known USING (tag)
GROUP BY article_id
