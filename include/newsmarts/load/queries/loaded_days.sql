SELECT capture_day FROM warehouse.days ORDER BY capture_day
