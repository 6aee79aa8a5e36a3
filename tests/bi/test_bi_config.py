"""What Superset's settings make of a connection, with DuckDB itself but without Superset."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from sqlalchemy.engine import make_url

from newsmarts.core.settings import PROJECT_ROOT
from tests.bi.asset_files import ASSETS


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "bi").mkdir()
    (tmp_path / "bi" / "secrets.json").write_text(json.dumps({"secret_key": "s", "password": "p"}))
    return _load(tmp_path, monkeypatch)


def _load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings as Superset reads them with the environment as it is."""
    monkeypatch.setenv("NEWS_BI_FOLDER", str(tmp_path / "bi"))
    monkeypatch.setenv("NEWS_BI_MARTS", str(tmp_path / "marts" / "current" / "news.duckdb"))
    spec = importlib.util.spec_from_file_location(
        "superset_config_under_test", PROJECT_ROOT / "bi" / "superset_config.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _release(home: Path, name: str) -> None:
    """Publish a release whose one row is its name, as publish does it."""
    folder = home / "marts" / "releases" / name
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "news.duckdb")) as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute("CREATE TABLE marts.releases AS SELECT ? AS name", [name])
    link = home / "marts" / "next"
    link.symlink_to(folder.relative_to(home / "marts"))
    os.replace(link, home / "marts" / "current")


def _connect(config: Any, uri: str, source: str = "chart") -> duckdb.DuckDBPyConnection:
    """As Superset and duckdb-engine do; each kind of question brings a user agent of its own."""
    params = {"connect_args": {"config": {"custom_user_agent": f"superset-{source}"}}}
    url, params = config.DB_CONNECTION_MUTATOR(make_url(uri), params, "admin", None, source)
    assert params["poolclass"].__name__ == "NullPool"
    connection: duckdb.DuckDBPyConnection = duckdb.connect(url.database, **params["connect_args"])
    return connection


@pytest.fixture
def uri() -> str:
    return str(yaml.safe_load((ASSETS / "databases" / "marts.yaml").read_text("utf-8"))["sqlalchemy_uri"])


def test_the_next_query_sees_a_new_release_though_one_still_runs(
    config: Any, uri: str, tmp_path: Path
) -> None:
    _release(tmp_path, "000001")
    with _connect(config, uri) as running:
        _release(tmp_path, "000002")
        with _connect(config, uri) as next_one, _connect(config, uri, "sql_lab") as beside:
            query = "SELECT name FROM marts.releases"
            answers = [each.sql(query).fetchall() for each in (running, next_one, beside)]
    assert answers == [[("000001",)], [("000002",)], [("000002",)]]


def test_of_the_schemas_of_a_release_the_marts_alone_are_listed(config: Any) -> None:
    assert config.marts_alone(["news.main", "news.marts", "news.meta", "temp.main"]) == {"marts"}
    assert config.marts_alone(["other.main", "other.smarts"]) == {"other.main", "other.smarts"}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM '/etc/hostname'",
        "COPY marts.releases TO '{tmp_path}/out.csv'",
        "ATTACH '{tmp_path}/other.duckdb'",
        "CREATE TABLE marts.mine (x INT)",
        "DELETE FROM marts.releases",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
        "LOAD httpfs",
    ],
)
def test_a_query_can_neither_write_nor_leave_the_marts(
    config: Any, uri: str, tmp_path: Path, statement: str
) -> None:
    _release(tmp_path, "000001")
    with _connect(config, uri) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(tmp_path=tmp_path))
    assert not (tmp_path / "out.csv").exists()


def test_other_duckdb_files_are_opened_no_other_way(config: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    duckdb.connect(str(other)).close()
    with _connect(config, f"duckdb:///{other}") as connection, pytest.raises(duckdb.Error):
        connection.execute("CREATE TABLE mine (x INT)")


@pytest.mark.parametrize("database", ["", ":memory:", "md:mine"])
def test_duckdb_without_a_file_is_refused(config: Any, database: str) -> None:
    with pytest.raises(ValueError, match="Name a DuckDB file"):
        _connect(config, f"duckdb:///{database}")


def test_without_a_release_it_says_what_to_do(config: Any, uri: str) -> None:
    with pytest.raises(ValueError, match="make run"):
        _connect(config, uri)


def test_other_databases_are_left_as_they_are(config: Any) -> None:
    url, params = make_url("postgresql://reader@db/news"), {"connect_args": {"connect_timeout": 3}}
    assert config.DB_CONNECTION_MUTATOR(url, params, None, None, None) == (url, params)


def test_pages_load_nothing_from_elsewhere(config: Any) -> None:
    policy = config.TALISMAN_CONFIG["content_security_policy"]
    assert "http" not in json.dumps(policy)
    assert "*" not in json.dumps(policy)


def test_a_server_has_its_secrets_and_database_from_its_environment(
    config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (config.SECRET_KEY, config.SESSION_COOKIE_SECURE, config.ENABLE_PROXY_FIX) == ("s", False, False)
    assert config.SQLALCHEMY_DATABASE_URI.startswith("sqlite:///")
    (tmp_path / "bi" / "secrets.json").unlink()
    monkeypatch.setenv("NEWS_BI_SECRET_KEY", "another")
    monkeypatch.setenv("NEWS_BI_DATABASE_URL", "postgresql+psycopg2://superset:x@postgres/superset")
    monkeypatch.setenv("NEWS_BI_BEHIND_TLS", "True")
    server = _load(tmp_path, monkeypatch)
    assert server.SECRET_KEY == "another"
    assert server.SQLALCHEMY_DATABASE_URI.startswith("postgresql+psycopg2://")
    assert not hasattr(server, "SQLALCHEMY_ENGINE_OPTIONS")
    assert (server.SESSION_COOKIE_SECURE, server.ENABLE_PROXY_FIX) == (True, True)
    assert server.TALISMAN_CONFIG["session_cookie_secure"] is True
