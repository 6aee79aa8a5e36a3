INSERT INTO held.articles BY NAME
SELECT article_id, stamp, current_content AS content FROM contents
