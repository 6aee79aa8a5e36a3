DELETE FROM meta.about WHERE "key" = 'unfinished'
