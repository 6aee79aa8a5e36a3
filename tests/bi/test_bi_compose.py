"""Superset as docker-compose.yml has it: its commands and environment natively, on PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from local import make_secrets
from local.superset_server import SupersetHome
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.release.reader import connect
from tests.bi.asset_files import files
from tests.compose.native import Native
from tests.postgres_server import Server

pytestmark = [
    pytest.mark.integration,
    pytest.mark.enable_socket,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        os.environ.get("TEST_SUPERSET") != "1",
        reason="`make test-bi` installs and starts Superset: 700 MB, and minutes",
    ),
]


@pytest.fixture(scope="module")
def native(sample_home: Path, postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Native]:
    """The samples' marts are mounted, and bi-init and bi have been started."""
    own = SupersetHome(PROJECT_ROOT, PROJECT_ROOT / ".bi", PROJECT_ROOT / ".bi" / "env", sample_home)
    own.logs.mkdir(parents=True, exist_ok=True)
    own.install()
    native = Native(tmp_path_factory.mktemp("bi"), postgres, python=own.python)
    shutil.copytree(sample_home / "marts", native.folder / "var" / "lib" / "news" / "marts", symlinks=True)
    try:
        for name in ("databases", "bi-init"):
            done = native.run(name)
            assert done.returncode == 0, done.stdout + done.stderr
        native.start("bi")
        native.wait_until_healthy("bi")
        yield native
    finally:
        native.end()


@pytest.fixture(scope="module")
def admin(native: Native) -> Iterator[httpx.Client]:
    base = f"http://127.0.0.1:{native.ports[8088]}"
    with httpx.Client(base_url=base, timeout=120, trust_env=False) as browser:
        answer = browser.post(
            "/api/v1/security/login",
            json={
                "username": "admin",
                "password": native.values["SUPERSET_ADMIN_PASSWORD"],
                "provider": "db",
            },
        )
        answer.raise_for_status()
        browser.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        token = browser.get("/api/v1/security/csrf_token/")
        browser.headers["X-CSRFToken"] = token.raise_for_status().json()["result"]
        yield browser


def ask(admin: httpx.Client, sql: str) -> httpx.Response:
    """SQL Lab's answer."""
    (database,) = admin.get("/api/v1/database/").raise_for_status().json()["result"]
    return admin.post("/api/v1/sqllab/execute/", json={"database_id": database["id"], "sql": sql})


def test_the_dashboards_are_there_and_ask_the_marts(
    admin: httpx.Client, native: Native, sample_home: Path
) -> None:
    shown = admin.get("/api/v1/dashboard/").raise_for_status().json()["result"]
    assert {each["slug"] for each in shown} == set(files("dashboards"))
    query = "SELECT count(*) AS articles FROM marts.articles"
    with connect(sample_home) as marts:
        (row,) = marts.sql(query).fetchall()
    assert row[0] > 0
    assert ask(admin, query).raise_for_status().json()["data"] == [{"articles": row[0]}]
    assert ask(admin, "DROP TABLE marts.articles").status_code >= 400
    questions = (PROJECT_ROOT / "docs" / "questions.md").read_text("utf-8").count("\n## ")
    assert admin.get("/api/v1/saved_query/").raise_for_status().json()["count"] == questions


def test_its_own_records_are_in_postgresql(native: Native) -> None:
    password = native.values["SUPERSET_DATABASE_PASSWORD"]
    with psycopg.connect(native.postgres.url("superset", "superset", password)) as connection:
        rows = connection.execute("SELECT count(*) FROM dashboards").fetchall()
    assert rows == [(len(files("dashboards")),)]
    assert not list(native.folder.rglob("superset.db"))


def test_another_start_leaves_what_people_changed(admin: httpx.Client, native: Native) -> None:
    first = admin.get("/api/v1/dashboard/").json()["result"][0]["id"]
    changed = admin.put(f"/api/v1/dashboard/{first}", json={"dashboard_title": "Mine"})
    assert changed.status_code == 200, changed.text
    assert native.run("bi-init").returncode == 0
    assert admin.get(f"/api/v1/dashboard/{first}").json()["result"]["dashboard_title"] == "Mine"


def test_a_stranger_gets_in_nowhere(native: Native) -> None:
    base = f"http://127.0.0.1:{native.ports[8088]}"
    for path in ("/api/v1/dashboard/", "/superset/dashboard/coverage/"):
        answer = httpx.get(base + path, trust_env=False, timeout=60)
        assert answer.status_code in {302, 401, 403} or answer.json().get("count") == 0, path
    password = {"username": "admin", "password": "admin", "provider": "db"}
    assert httpx.post(f"{base}/api/v1/security/login", json=password, trust_env=False).status_code == 401


_STORE = """
from superset.app import create_app
with create_app().app_context():
    from superset import db
    from superset.models.core import Database
    found = db.session.query(Database).filter_by(database_name="other").one_or_none()
    if found is None:
        db.session.add(Database(database_name="other", sqlalchemy_uri="postgresql://h/d", password="pa$$"))
        db.session.commit()
    else:
        print("it is", found.password)
"""


def test_stored_passwords_survive_a_new_secret_key(native: Native) -> None:
    store = ["python", "-c", _STORE]
    assert native.run("bi-init", store).returncode == 0
    old = native.values["SUPERSET_SECRET_KEY"]
    native.values["SUPERSET_SECRET_KEY"] = make_secrets.make("SUPERSET_SECRET_KEY")
    assert "Invalid decryption key" in native.run("bi-init").stderr
    command = ["env", f"PREVIOUS_SECRET_KEY={old}", "python", "/opt/news/bi/provision.py", "re-encrypt"]
    for _ in range(2):
        done = native.run("bi", command)
        assert done.returncode == 0, done.stdout + done.stderr
    assert native.run("bi-init").returncode == 0
    assert "it is pa$$" in native.run("bi-init", store).stdout


def test_it_ends_when_it_is_asked_to(native: Native) -> None:
    assert native.stop("bi") == (0, [])
