SELECT EXISTS (FROM meta.about WHERE "key" = 'unfinished')
