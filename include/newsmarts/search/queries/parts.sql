SELECT DISTINCT text_row // $rows * $rows FROM contents WHERE is_changed ORDER BY ALL
