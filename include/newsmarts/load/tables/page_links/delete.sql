DELETE FROM warehouse.page_links WHERE capture_day = $day
