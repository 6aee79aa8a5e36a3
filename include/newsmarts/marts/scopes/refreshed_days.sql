-- Days whose rows are rewritten: the dirty ones, or with $everything all that either side has.
SELECT capture_day FROM dirty_days
UNION
SELECT capture_day FROM source.warehouse.days WHERE $everything
UNION
SELECT capture_day FROM meta.built_days WHERE $everything
