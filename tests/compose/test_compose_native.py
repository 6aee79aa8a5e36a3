"""docker-compose.yml's commands and environment, run natively on a real PostgreSQL with FAB's users.

One start serves all tests: init has made databases, pools, connections and an administrator; a backfill goes
from captures to marts while the scheduler is stopped once and killed once; what FAB lets whom do; the stop.
The tests run in this order.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import httpx
import psycopg
import pytest

from local.airflow_api import AirflowApi
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.release.reader import connect
from tests.compose.native import ADMIN_PASSWORD, Native, written_outside_of_mounts
from tests.desk.desk_routes import guarded_routes
from tests.postgres_server import Server

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket, pytest.mark.timeout(1200)]

SAMPLES = PROJECT_ROOT / "samples"
DAYS = [date(2025, 9, number) for number in range(1, 4)]
AIRFLOW = ("api-server", "dag-processor", "triggerer", "scheduler")
PATIENCE_SECONDS = 700


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> Iterator[Native]:
    """Databases and init have run to their ends and Airflow is up."""
    native = Native(tmp_path_factory.mktemp("native"), postgres)
    inbox = native.folder / "captures"
    for day in DAYS:
        shutil.copytree(SAMPLES / "inbox" / str(day), inbox / str(day))
    native.values["INBOX_DIR"] = str(inbox)
    try:
        for name in ("databases", "init"):
            done = native.run(name)
            assert done.returncode == 0, done.stdout + done.stderr
        for name in AIRFLOW:
            native.start(name)
        native.wait_until_healthy(*AIRFLOW)
        yield native
    finally:
        native.end()


@pytest.fixture(scope="module")
def url(native: Native) -> str:
    return native.url


def client(url: str, user: str, password: str) -> httpx.Client:
    answer = httpx.post(
        f"{url}/auth/token", json={"username": user, "password": password}, timeout=30, trust_env=False
    )
    answer.raise_for_status()
    token = answer.json()["access_token"]
    return httpx.Client(timeout=30, trust_env=False, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="module")
def admin(url: str) -> Iterator[httpx.Client]:
    with client(url, "admin", ADMIN_PASSWORD) as browser:
        yield browser


@pytest.fixture(scope="module")
def api(url: str) -> Iterator[AirflowApi]:
    with AirflowApi(url, "admin", ADMIN_PASSWORD) as api:
        api.log_in()
        yield api


def test_init_made_the_pool_a_connection_and_one_administrator(url: str, admin: httpx.Client) -> None:
    assert admin.get(f"{url}/api/v2/pools/duckdb_writer").json()["slots"] == 1
    connections = admin.get(f"{url}/api/v2/connections").json()["connections"]
    assert [(each["connection_id"], each["login"]) for each in connections] == [("archive", "me")]
    assert "ecret" not in json.dumps(connections)
    users = admin.get(f"{url}/auth/fab/v1/users").json()["users"]
    assert [(user["username"], [role["name"] for role in user["roles"]]) for user in users] == [
        ("admin", ["Admin"])
    ]


def test_databases_belong_to_roles_without_rights(native: Native) -> None:
    with psycopg.connect(native.postgres.url("postgres", "postgres")) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname IN ('airflow', "
            "'superset') ORDER BY 1"
        ).fetchall()
    assert roles == [("airflow", False, False, False), ("superset", False, False, False)]
    password = native.values["SUPERSET_DATABASE_PASSWORD"]
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(native.postgres.url("airflow", "superset", password))

    native.values["SUPERSET_DATABASE_PASSWORD"] = "another"  # a new password counts from the next start on
    assert native.run("databases").returncode == 0
    psycopg.connect(native.postgres.url("superset", "superset", "another")).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(native.postgres.url("superset", "superset", password))


def test_a_backfill_survives_a_stop_and_a_kill_of_the_scheduler(native: Native, api: AirflowApi) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS

    def wait_for(what: Callable[[], Any]) -> None:
        while not what():
            log = native.log("scheduler").read_text()[-3000:]
            assert time.monotonic() < deadline, (api.active_runs(), log)
            time.sleep(0.5)

    def tasks(state: str) -> list[dict[str, Any]]:
        found = [task for run in api.active_runs() for task in api.tasks(run)]
        return [task for task in found if task["state"] == state]

    for dag in ("news_pages", "news_marts"):
        api.unpause(dag)
    api.backfill("news_pages", DAYS[0], DAYS[-1], max_active_runs=3)

    wait_for(lambda: tasks("success") and tasks("running"))
    code, left = native.stop("scheduler")
    assert (code, left) == (0, [])
    assert tasks("running") == []  # it waited for them
    assert api.active_runs()
    native.start("scheduler")

    wait_for(lambda: tasks("running"))
    native.kill("scheduler")
    assert api.active_runs()
    native.start("scheduler")
    again = native.run("init")  # which may run at any time
    assert again.returncode == 0, again.stdout + again.stderr
    assert "already exists in the db" in again.stdout
    native.wait_until_healthy("scheduler")

    def is_published() -> bool:
        path = native.folder / "var" / "lib" / "news" / "marts" / "current" / "news.duckdb"
        return path.exists() and not api.active_runs()

    wait_for(is_published)
    runs = api.changed_runs(datetime(2000, 1, 1, tzinfo=UTC))
    assert len([run for run in runs if run["run_type"] == "backfill"]) == len(DAYS)
    assert {run["state"] for run in runs} == {"success"}


def test_the_marts_are_what_they_should_be(native: Native) -> None:
    expected = json.loads((SAMPLES / "expected.json").read_bytes())
    with connect(native.folder / "var" / "lib" / "news") as marts:
        found = marts.sql(
            "SELECT source_path, CASE WHEN is_revision THEN 'revision' ELSE outcome END FROM marts.captures"
        ).fetchall()
        days = marts.sql(
            "SELECT captures, articles_loaded + repeats + not_article + quarantined "
            "FROM marts.partition_outcomes"
        ).fetchall()
    of_days = tuple(map(str, DAYS))
    assert dict(found) == {
        path: record["outcome"] for path, record in expected.items() if path.startswith(of_days)
    }
    assert len(days) == len(DAYS)
    assert all(captures == accounted for captures, accounted in days)


def test_backups_are_taken_while_it_runs(native: Native) -> None:
    """And nothing that is in use is overwritten by a restore."""
    for name in ("backup", "backup-databases"):
        done = native.run(name)
        assert done.returncode == 0, done.stdout + done.stderr
    for name, held in (("restore", "marts"), ("restore-databases", "airflow")):
        refused = native.run(name)
        assert refused.returncode == 2
        assert re.search(f"{held}.* isn't empty|isn't empty .*{held}", refused.stderr)


def test_nothing_was_written_but_to_volumes_and_memory(native: Native) -> None:
    assert list(written_outside_of_mounts(native)) == []


def test_a_stranger_gets_in_nowhere(url: str) -> None:
    for path in ("/news-desk/contracts", "/news-desk/static/desk.css", "/api/v2/dags", "/ui/config"):
        assert httpx.get(url + path, trust_env=False).status_code == 401, path
    wrong = httpx.post(f"{url}/auth/token", json={"username": "admin", "password": "admin"}, trust_env=False)
    assert wrong.status_code == 401


@pytest.mark.parametrize(("role", "status"), [("User", 200), ("Viewer", 200), ("Public", 403)])
def test_the_pages_ask_fabs_permissions(url: str, admin: httpx.Client, role: str, status: int) -> None:
    """Viewers read, and only whoever may create runs gets past the guards of what starts some."""
    name = role.lower()
    made = admin.post(
        f"{url}/auth/fab/v1/users",
        json={
            "username": name,
            "password": f"{name}-password",
            "email": f"{name}@example.org",
            "first_name": role,
            "last_name": "Reader",
            "roles": [{"name": role}],
        },
    )
    assert made.status_code == 200, made.text
    with client(url, name, f"{name}-password") as reader:
        for path in ("contracts", f"contracts?day={DAYS[0]}"):
            answer = reader.get(f"{url}/news-desk/{path}")
            assert answer.status_code == status
            assert (str(DAYS[0]) in answer.text) is (status == 200)
        run = reader.get(f"{url}/news-desk/contracts/runs/news_pages/never")
        assert run.status_code == (404 if status == 200 else 403)
        assert reader.get(f"{url}/api/v2/config").status_code == 403
        for method, path in guarded_routes():
            answer = reader.request(method, f"{url}/news-desk{path}")
            if method == "POST" or status == 403:
                assert answer.status_code == 403, f"{method} {path}"
            else:
                assert answer.status_code in {200, 404, 422}, f"{method} {path}"
        if status == 200:
            page = reader.get(f"{url}/news-desk/backfill").text
            assert ("You can look, but not start" in page) is (role == "Viewer")
            answer = reader.post(
                f"{url}/news-desk/backfill",
                data={"start": "chosen", "day": "2999-01-01"},
                headers={"Sec-Fetch-Site": "same-origin"},
            )
            # past its guards the answer is that the day isn't over
            assert answer.status_code == (403 if role == "Viewer" else 422)


def test_the_configuration_is_shown_to_nobody(url: str, admin: httpx.Client) -> None:
    assert admin.get(f"{url}/api/v2/config").status_code == 403


def test_everything_stops_when_it_is_asked_to(native: Native) -> None:
    """And a health check distinguishes running servers from missing ones, without failing in itself."""
    with ThreadPoolExecutor() as threads:
        ended = dict(zip(AIRFLOW, threads.map(native.stop, AIRFLOW), strict=True))
    assert ended == dict.fromkeys(AIRFLOW, (0, []))
    missing = native.run("scheduler", native.services["scheduler"]["healthcheck"]["test"][1:])
    assert missing.returncode == 1
    assert "Connection refused" in missing.stderr


def test_an_upgrade_is_tried_on_a_copy_of_the_database(native: Native) -> None:
    """Airflow's database is taken back to an older version's, and checked."""
    older = ["airflow", "db", "downgrade", "--to-version", "3.1.0", "--yes"]
    done = native.run("init", older)
    assert done.returncode == 0, done.stdout + done.stderr
    query = "SELECT version_num, (SELECT count(*) FROM dag_run) FROM alembic_version"
    with psycopg.connect(native.postgres.url("airflow", "postgres")) as connection:
        ((revision, runs),) = connection.execute(query).fetchall()
    assert native.run("upgrade-copy").returncode == 0
    checked = native.run("upgrade-check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert re.search(
        r"days with captures: (\d+), of which \1 are as this version would make them", checked.stdout
    )
    with psycopg.connect(native.postgres.url("airflow_upgrade", "postgres")) as connection:
        ((migrated, runs_of_copy),) = connection.execute(query).fetchall()
    assert migrated != revision
    assert runs_of_copy == runs
    with psycopg.connect(native.postgres.url("airflow", "postgres")) as connection:
        assert connection.execute(query).fetchall() == [(revision, runs)]


def test_what_is_lost_comes_back_from_the_backups(native: Native) -> None:
    home = native.folder / "var" / "lib" / "news"
    with psycopg.connect(native.postgres.url("airflow", "postgres")) as connection:
        runs = connection.execute("SELECT run_id, state FROM dag_run ORDER BY 1").fetchall()
    native.postgres.database("airflow")
    native.postgres.database("superset")
    for name in ("airflow", "superset"):
        with psycopg.connect(native.postgres.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} OWNER TO {name}")
    home.rename(home.with_name("lost"))
    for name in ("databases", "restore-databases", "restore"):
        done = native.run(name)
        assert done.returncode == 0, done.stdout + done.stderr
    password = native.values["AIRFLOW_DATABASE_PASSWORD"]
    with psycopg.connect(native.postgres.url("airflow", "airflow", password)) as connection:
        assert connection.execute("SELECT run_id, state FROM dag_run ORDER BY 1").fetchall() == runs
    with connect(home) as marts, connect(home.with_name("lost")) as lost:
        for mart in ("articles", "captures", "quarantine"):
            query = f"SELECT * FROM marts.{mart} ORDER BY ALL"
            assert marts.sql(query).fetchall() == lost.sql(query).fetchall()
