DELETE FROM meta.unaudited
