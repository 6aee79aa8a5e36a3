-- The changed days that are told anew now.
CREATE OR REPLACE TEMP TABLE dirty_days AS
SELECT capture_day FROM changed_days WHERE part = $part
