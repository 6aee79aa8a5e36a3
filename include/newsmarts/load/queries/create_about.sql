-- Which definitions of the tables this file was made with.
CREATE TABLE warehouse.about (layout VARCHAR NOT NULL)
