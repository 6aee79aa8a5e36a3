INSERT INTO held.articles BY NAME
SELECT article_id, stamp, content FROM contents
