-- The run's id stays out: loading a day again from another run changes nothing.
SELECT
    $source_sha256 AS source_sha256,
    * EXCLUDE (fingerprint, manifest_version, accepted, refusal, run_id)
FROM staged_outcome
