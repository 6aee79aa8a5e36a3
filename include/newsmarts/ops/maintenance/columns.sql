-- All that is defined in a database: columns in order, with types, whether they may be null, and comments.
SELECT
    columns.schema_name,
    columns.table_name,
    columns.column_index,
    columns.column_name,
    columns.data_type,
    columns.is_nullable,
    columns.column_default,
    columns.comment,
    tables.comment
FROM duckdb_columns() AS columns
JOIN duckdb_tables() AS tables USING (database_name, schema_name, table_name)
WHERE columns.database_name = $name
ORDER BY ALL
