-- The run's id stays out: loading a day again from another run changes nothing.
SELECT
    $source_sha256 AS source_sha256,
    * EXCLUDE (fingerprint, manifest_version, accepted, refusal, run_id, warnings)
    REPLACE (coalesce(not_article, 0) AS not_article)
FROM staged_outcome
