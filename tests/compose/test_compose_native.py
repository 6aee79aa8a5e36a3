"""What docker-compose.yml runs, run natively: the same commands with the same environment, on SQLite.

Only addresses and paths are exchanged. It shows that init makes an administrator under FAB, that the API
server lets nobody else in, and that the pages ask FAB's permissions as they ask SimpleAuthManager's.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.compose.compose_file import ROOT, commands, example_values, load
from tests.plugins.desk_server import FULL_DAY, free_port, serve, write_days

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

ADMIN_PASSWORD = "an administrator's password, with a space and a $"


@dataclass(frozen=True)
class Native:
    """The services' commands and environments on this machine."""

    folder: Path
    port: int

    def exchanged(self, text: str) -> str:
        """A text of the compose file with this machine's addresses and paths."""
        address = f"127.0.0.1:{self.port}"
        for theirs, ours in {
            "/opt/news": str(ROOT),
            "/opt/airflow": str(self.folder / "airflow"),
            "/var/lib/news-inbox": str(self.folder / "inbox"),
            "/var/lib/news": str(self.folder / "home"),
            "api-server:8080": address,
            "localhost:8080": address,
        }.items():
            text = text.replace(theirs, ours)
        return text

    def environment(self, service: str) -> dict[str, str]:
        """A service's environment; the database is the one thing that is another."""
        values = {name: value or name.lower() * 4 for name, value in example_values().items()}
        values |= {
            "AIRFLOW_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "AIRFLOW_FERNET_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        }
        written = load(values)["services"][service]["environment"]
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder / "airflow"),
            "no_proxy": "*",
            **{name: self.exchanged(value) for name, value in written.items()},
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.folder}/airflow/airflow.db",
        }

    def run(self, service: str, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run one of a service's commands to its end."""
        return subprocess.run(
            [self.exchanged(part) for part in command],
            env=self.environment(service),
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Native]:
    """Init has run to its end and the API server is up."""
    folder, port = tmp_path_factory.mktemp("native"), free_port()
    for name in ("airflow", "inbox", "home"):
        (folder / name).mkdir()
    write_days(folder / "home")
    native = Native(folder, port)
    services = load(dict.fromkeys(example_values(), "x"))["services"]
    init = native.run("init", services["init"]["command"])
    assert init.returncode == 0, init.stdout + init.stderr
    server = serve(native.environment("api-server"), port, folder / "api-server.log")
    next(server)
    try:
        yield native
    finally:
        server.close()


@pytest.fixture(scope="module")
def url(native: Native) -> str:
    return f"http://127.0.0.1:{native.port}"


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


def test_init_made_the_pool_and_one_administrator(url: str, admin: httpx.Client) -> None:
    assert admin.get(f"{url}/api/v2/pools/duckdb_writer").json()["slots"] == 1
    users = admin.get(f"{url}/auth/fab/v1/users").json()["users"]
    assert [(user["username"], [role["name"] for role in user["roles"]]) for user in users] == [
        ("admin", ["Admin"])
    ]


def test_init_may_run_again(native: Native) -> None:
    services = load(dict.fromkeys(example_values(), "x"))["services"]
    last = list(commands(services["init"]))[-1]
    assert last[:3] == ["airflow", "users", "create"]
    environment = native.environment("init")
    again = native.run("init", [environment.get(part.removeprefix("$"), part) for part in last])
    assert again.returncode == 0
    assert "already exists" in again.stdout


def test_a_stranger_gets_in_nowhere(url: str) -> None:
    for path in ("/news-desk/contracts", "/news-desk/static/desk.css", "/api/v2/dags", "/ui/config"):
        assert httpx.get(url + path, trust_env=False).status_code == 401, path
    wrong = httpx.post(f"{url}/auth/token", json={"username": "admin", "password": "admin"}, trust_env=False)
    assert wrong.status_code == 401


@pytest.mark.parametrize(("role", "status"), [("Viewer", 200), ("Public", 403)])
def test_the_pages_ask_fabs_permissions(url: str, admin: httpx.Client, role: str, status: int) -> None:
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
        for path in ("contracts", f"contracts?day={FULL_DAY}"):
            answer = reader.get(f"{url}/news-desk/{path}")
            assert answer.status_code == status
            assert (str(FULL_DAY) in answer.text) is (status == 200)
        run = reader.get(f"{url}/news-desk/contracts/runs/news_pages/never")
        assert run.status_code == (404 if status == 200 else 403)


def test_health_checks_tell_the_living_from_the_missing(native: Native) -> None:
    services = load(dict.fromkeys(example_values(), "x"))["services"]
    check = {name: services[name]["healthcheck"]["test"][1:] for name in ("api-server", "dag-processor")}
    assert native.run("api-server", check["api-server"]).returncode == 0
    # there is none here, and its check says so without failing in itself
    missing = native.run("dag-processor", check["dag-processor"])
    assert (missing.returncode, missing.stderr) == (1, "")
