-- The run's id stays out: loading a day again from another run changes nothing.
SELECT
    $source_sha256 AS source_sha256,
    CASE WHEN accepted THEN 'accepted' ELSE 'refused' END AS outcome,
    * EXCLUDE (fingerprint, manifest_version, accepted, run_id, warnings, acknowledged)
    REPLACE (coalesce(not_article, 0) AS not_article)
FROM staged_outcome
