SELECT date_trunc('month', capture_day) AS month, sum(quarantined) / sum(captures) AS share
FROM marts.partition_outcomes GROUP BY ALL ORDER BY ALL
