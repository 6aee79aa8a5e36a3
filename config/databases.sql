-- A role and a database for each of Airflow and Superset. psql runs it at each start of docker-compose.yml:
-- existing ones are kept, and the passwords become those of .env.
\getenv airflow_password AIRFLOW_DATABASE_PASSWORD
\getenv superset_password SUPERSET_DATABASE_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', name)
FROM (VALUES ('airflow'), ('superset')) AS wanted (name)
WHERE name NOT IN (SELECT rolname FROM pg_roles)
\gexec
ALTER ROLE airflow PASSWORD :'airflow_password';
ALTER ROLE superset PASSWORD :'superset_password';

SELECT format('CREATE DATABASE %I OWNER %I', name, name)
FROM (VALUES ('airflow'), ('superset')) AS wanted (name)
WHERE name NOT IN (SELECT datname FROM pg_database)
\gexec
-- neither can connect to the other's
REVOKE ALL ON DATABASE airflow, superset FROM PUBLIC;
