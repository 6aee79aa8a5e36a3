DELETE FROM warehouse.article_tags WHERE capture_day = $day
