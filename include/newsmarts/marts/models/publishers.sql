SELECT * FROM publisher_facts
ORDER BY publisher
