DELETE FROM meta.about WHERE "key" = 'audited'
