SELECT count(*) > 0 FROM meta.unaudited WHERE kind = 'everything'
