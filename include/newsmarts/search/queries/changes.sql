SELECT
    (SELECT count(*) FROM contents WHERE is_changed)::BIGINT AS written,
    (SELECT count(*) FROM differing WHERE is_gone)::BIGINT AS gone
