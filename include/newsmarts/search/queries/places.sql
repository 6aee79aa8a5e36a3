-- The rows in the marts of articles that may differ: by row id, only the parts of a table with them are read.
CREATE OR REPLACE TEMP TABLE places AS
SELECT
    article_id,
    differing.stamp,
    differing.content AS known_content,
    differing.is_held,
    articles.rowid AS article_row,
    texts.rowid AS text_row
FROM differing
JOIN news.marts.articles AS articles USING (article_id)
JOIN news.marts.article_texts AS texts USING (article_id)
