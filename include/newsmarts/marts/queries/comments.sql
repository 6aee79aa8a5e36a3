-- Comments of the candidate's tables and columns, by name.
SELECT concat_ws('.', schema_name, table_name), "comment" FROM duckdb_tables() WHERE database_name = 'news'
UNION ALL
SELECT concat_ws('.', schema_name, table_name, column_name), "comment"
FROM duckdb_columns()
WHERE database_name = 'news'
