-- All that is defined in a database: columns in order, with types, whether they may be null, and comments.
SELECT
    columns.* EXCLUDE (database_name, database_oid, schema_oid, table_oid),
    tables.comment AS table_comment
FROM duckdb_columns() AS columns
JOIN duckdb_tables() AS tables USING (database_name, schema_name, table_name)
WHERE columns.database_name = $name
ORDER BY ALL
