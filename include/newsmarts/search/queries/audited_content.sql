-- The content that the last audit passed: meta.unaudited names what was written since.
SELECT "value" FROM news.meta.about WHERE "key" = 'audited'
