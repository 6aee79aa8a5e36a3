DELETE FROM news.meta.built_days WHERE capture_day IN (SELECT published_at::DATE FROM made)
