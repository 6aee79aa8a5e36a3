INSERT INTO news.meta.built_days BY NAME
SELECT published_at::DATE AS capture_day, sha256(min(capture_sha256)) AS source_sha256
FROM made
WHERE published_at::DATE NOT IN (SELECT capture_day FROM news.meta.built_days)
GROUP BY capture_day
