CREATE TABLE meta.unaudited (kind VARCHAR, "key" VARCHAR)
