SELECT
    coalesce(sum(captures), 0)::BIGINT AS captures,
    coalesce(sum(captures - rejected), 0)::BIGINT AS landed,
    coalesce(sum(rejected), 0)::BIGINT AS rejected,
    coalesce(sum(articles_loaded), 0)::BIGINT AS loaded,
    coalesce(sum(new_articles), 0)::BIGINT AS new_articles,
    coalesce(sum(revisions), 0)::BIGINT AS revisions,
    coalesce(sum(repeats), 0)::BIGINT AS repeats,
    coalesce(sum(not_article), 0)::BIGINT AS not_article,
    coalesce(sum(quarantined), 0)::BIGINT AS quarantined
FROM marts.partition_outcomes
