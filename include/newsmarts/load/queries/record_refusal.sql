-- All counts are taken from the rows, so that those of an earlier refused run leave nothing behind.
UPDATE warehouse.days AS days
SET
    refusal = $refusal,
    source_sha256 = $source_sha256,
    captures = captured.captures,
    landed = captured.landed,
    rejected = captured.captures - captured.landed,
    parsed = days.valid + reasons.invalid,
    quarantined = reasons.quarantined,
    not_article = reasons.not_article
FROM
    (
        SELECT count(*) AS captures, count(feed) AS landed
        FROM warehouse.captures
        WHERE capture_day = $day
    ) AS captured,
    (
        SELECT
            count(DISTINCT capture_id) FILTER (stage = 'validate') AS invalid,
            count(DISTINCT capture_id) FILTER (outcome = 'quarantined') AS quarantined,
            count(DISTINCT capture_id) FILTER (outcome = 'not_article') AS not_article
        FROM warehouse.quarantine
        WHERE capture_day = $day AND subject = 'page'
    ) AS reasons
WHERE days.capture_day = $day
