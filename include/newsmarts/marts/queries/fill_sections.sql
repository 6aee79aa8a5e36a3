UPDATE marts.articles AS articles
SET section = changed.section, section_source = if(changed.section IS NULL, NULL, 'list')
FROM changed_sections AS changed
WHERE changed.article_id = articles.article_id
