DELETE FROM warehouse.article_texts WHERE capture_day = $day
