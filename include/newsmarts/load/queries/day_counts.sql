SELECT
    (SELECT count(*) FROM warehouse.captures WHERE capture_day = $day)::BIGINT AS captures,
    (SELECT count(*) FROM warehouse.article_captures WHERE capture_day = $day)::BIGINT AS articles,
    (
        SELECT count(DISTINCT capture_id)
        FROM warehouse.quarantine
        WHERE capture_day = $day AND subject = 'page' AND outcome = 'not_article'
    )::BIGINT AS not_article,
    (
        SELECT count(DISTINCT capture_id)
        FROM warehouse.quarantine
        WHERE capture_day = $day AND subject = 'page' AND outcome = 'quarantined'
    )::BIGINT AS quarantined,
    (SELECT count(*) FROM warehouse.ticker_sightings WHERE capture_day = $day)::BIGINT AS ticker_items
