-- Texts are read once and needn't be kept in memory: tantivy needs some, too.
SET memory_limit = (split_part(current_setting('memory_limit'), ' ', 1)::DOUBLE / 2)
    || split_part(current_setting('memory_limit'), ' ', 2)
