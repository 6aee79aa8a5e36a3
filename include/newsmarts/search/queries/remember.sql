INSERT INTO held.articles BY NAME
SELECT article_id, stamp, told_content AS content FROM contents
