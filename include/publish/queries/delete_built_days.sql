DELETE FROM meta.built_days
