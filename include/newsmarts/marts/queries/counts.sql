SELECT
    (SELECT count(*) FROM marts.articles)::BIGINT AS articles,
    (SELECT count(*) FROM meta.withheld)::BIGINT AS withheld
