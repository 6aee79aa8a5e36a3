DELETE FROM meta.built_days WHERE capture_day IN (SELECT capture_day FROM dirty_days)
