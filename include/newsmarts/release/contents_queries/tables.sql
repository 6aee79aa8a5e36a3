SELECT table_name, comment
FROM duckdb_tables()
WHERE database_name = $catalog AND schema_name = 'marts'
ORDER BY table_name
