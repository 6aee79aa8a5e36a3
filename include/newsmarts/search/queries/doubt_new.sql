INSERT INTO held.articles (article_id)
SELECT article_id FROM contents WHERE NOT is_held
