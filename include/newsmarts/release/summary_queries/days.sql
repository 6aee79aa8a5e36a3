SELECT
    capture_day AS day,
    outcome,
    refusal,
    captures,
    articles_loaded AS loaded,
    new_articles,
    revisions,
    repeats,
    not_article,
    quarantined,
    withheld
FROM marts.partition_outcomes
ORDER BY capture_day
