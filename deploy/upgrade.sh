#!/usr/bin/env bash
# make upgrade: brings the containers to the version that is checked out. The first step that fails ends it; before
# both backups are written nothing in use is changed.
set -euo pipefail
cd "$(dirname "$0")/.."

step="It"
trap '[ "$?" = 0 ] || echo "error: $step failed, see above. $kept Then run it again: make upgrade" >&2' EXIT
kept="Nothing in use was changed. Correct the cause."
begin() { step="$1"; echo "== $1"; }

begin "Secrets"
"${PYTHON:-python3}" local/make_secrets.py
begin "Build of the images"
docker compose build
begin "Check of the upgrade, on a copy of Airflow's database"
docker compose run --rm -T upgrade-copy
docker compose run --rm -T upgrade-check
begin "Backup of the databases"
docker compose run --rm -T backup-databases
begin "Backup of the home"
docker compose run --rm -T backup

kept="Both backups are written: correct the cause, or go back as docs/production.md describes."
begin "Start of the new version"
docker compose up --detach --no-build
begin "Removal of the database's copy"
docker compose exec -T postgres dropdb --username=postgres --if-exists airflow_upgrade
docker compose ps
