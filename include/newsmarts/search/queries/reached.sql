-- Articles that may differ from what the index holds: all, or those written since an audit of the same content.
CREATE OR REPLACE TEMP TABLE reached AS
SELECT article_id FROM news.marts.articles WHERE $everything
UNION
SELECT article_id FROM held.articles WHERE $everything
UNION
SELECT "key" AS article_id FROM news.meta.unaudited WHERE kind = 'article' AND NOT $everything
