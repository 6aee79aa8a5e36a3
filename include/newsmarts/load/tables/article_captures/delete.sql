DELETE FROM warehouse.article_captures WHERE capture_day = $day
