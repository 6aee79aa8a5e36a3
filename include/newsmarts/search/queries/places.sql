-- Where the articles that may differ are in the marts: by place, only the parts of a table that hold them are read.
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
