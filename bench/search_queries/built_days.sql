SELECT capture_day, sha256(min(capture_sha256)) AS source_sha256 FROM made GROUP BY capture_day
