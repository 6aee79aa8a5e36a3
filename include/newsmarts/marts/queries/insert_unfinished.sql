INSERT INTO meta.about
SELECT 'unfinished', 'some changed days are in it, others not yet'
WHERE NOT EXISTS (FROM meta.about WHERE "key" = 'unfinished')
