#!/usr/bin/env bash
# Backs up, restores and copies Airflow's and Superset's databases, with PostgreSQL's programs. docker-compose.yml
# runs it; server, user and password are in PGHOST, PGUSER and PGPASSWORD.
#   databases.sh backup FOLDER     a folder in it, named by the time: airflow.dump, superset.dump
#   databases.sh restore FOLDER    the newest in it, or FOLDER itself, into empty databases
#   databases.sh copy FROM TO      replaces the database TO with a copy of FROM
set -euo pipefail
umask 077
names=(airflow superset)

query() { psql --no-psqlrc --tuples-only --no-align --quiet --set=ON_ERROR_STOP=1 --dbname="$1" --command="$2"; }

case "$1" in
  backup)
    made="$2/$(date -u +%Y-%m-%dT%H%M%SZ)"
    temporary="$2/.tmp-$$"
    mkdir -p "$temporary"
    trap 'rm -rf "$temporary"' EXIT
    for name in "${names[@]}"; do
      pg_dump --format=custom --file="$temporary/$name.dump" --dbname="$name"
    done
    mv "$temporary" "$made"
    echo "$made: ${names[*]}"
    ;;
  restore)
    from="$2"
    if [ ! -f "$from/airflow.dump" ]; then
      from=$(find "$2" -mindepth 2 -maxdepth 2 -name airflow.dump -not -path '*/.tmp-*' -printf '%h\n' 2>/dev/null | sort | tail -n 1)
      [ -n "$from" ] || { echo "error: There is no backup of databases in $2." >&2; exit 2; }
    fi
    for name in "${names[@]}"; do
      held=$(query "$name" "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
      [ "$held" = 0 ] || {
        echo "error: The database $name isn't empty ($held tables), and restoring doesn't overwrite it. Stop all" \
          "services but postgres, then drop it: see docs/production.md." >&2
        exit 2
      }
    done
    for name in "${names[@]}"; do
      pg_restore --exit-on-error --single-transaction --no-owner --role="$name" --dbname="$name" "$from/$name.dump"
    done
    echo "$from is restored: ${names[*]}"
    ;;
  copy)
    query postgres "DROP DATABASE IF EXISTS $3 WITH (FORCE)"
    query postgres "CREATE DATABASE $3 OWNER $2"
    pg_dump --format=custom --no-privileges --dbname="$2" |
      pg_restore --exit-on-error --no-owner --role="$2" --dbname="$3"
    ;;
  *)
    echo "usage: databases.sh backup|restore|copy …" >&2
    exit 2
    ;;
esac
