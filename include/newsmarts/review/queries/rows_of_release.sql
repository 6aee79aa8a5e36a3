-- Rows of each mart, as DuckDB keeps count of them: nothing is read.
SELECT table_name, estimated_size
FROM duckdb_tables()
WHERE schema_name = 'marts'
ORDER BY table_name
