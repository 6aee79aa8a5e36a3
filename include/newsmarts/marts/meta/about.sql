CREATE TABLE meta.about ("key" VARCHAR, "value" VARCHAR)
