"""One API server for all the tests of the pages."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator

import pytest

from tests.plugins.desk_server import (
    DAGS,
    Desk,
    airflow_environment,
    free_port,
    run_airflow,
    serve,
    write_days,
)


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The API server under SimpleAuthManager: ``ada`` administers, ``vera`` views, ``nobody`` may not."""
    folder = tmp_path_factory.mktemp("desk")
    airflow_home, news_home, port = folder / "airflow", folder / "home", free_port()
    (airflow_home / "dags").mkdir(parents=True)
    (airflow_home / "dags" / "named_like_the_real_ones.py").write_text(DAGS)
    write_days(news_home)
    passwords = {name: secrets.token_urlsafe(12) for name in ("ada", "vera", "nobody")}
    password_file = airflow_home / "passwords.json"
    password_file.write_text(json.dumps(passwords))
    environment = {
        **airflow_environment(airflow_home, news_home, port),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "ada:admin,vera:viewer,nobody:",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(password_file),
    }
    run_airflow(environment, "db", "migrate")
    run_airflow(environment, "dags", "reserialize")
    log = airflow_home / "api-server.log"
    server = serve(environment, port, log)
    next(server)
    try:
        yield Desk(f"http://127.0.0.1:{port}", news_home, log, passwords)
    finally:
        server.close()
