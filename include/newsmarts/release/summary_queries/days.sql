SELECT capture_day AS day, captures, articles_loaded AS loaded, new_articles, revisions, repeats, quarantined, withheld
FROM marts.partition_outcomes
ORDER BY capture_day
