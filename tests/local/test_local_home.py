"""The folder, secrets and environment of a local Airflow."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from local import airflow_command
from local.airflow_servers import AirflowHome
from local.servers import LocalServerError
from newsmarts.core.settings import PROJECT_ROOT


@pytest.fixture
def home(tmp_path: Path) -> AirflowHome:
    home = AirflowHome(PROJECT_ROOT, tmp_path / "airflow", tmp_path / "news", None)
    home.make()
    return home


def test_secrets_are_made_once_and_for_the_owner_only(home: AirflowHome) -> None:
    password, environment = home.password(), home.environment(8080)
    assert len(password) >= 12
    home.make()
    assert home.password() == password
    assert home.environment(8080) == environment
    for path in (home.folder / "secrets.json", home.password_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_two_homes_share_no_secret(home: AirflowHome, tmp_path: Path) -> None:
    other = AirflowHome(PROJECT_ROOT, tmp_path / "other", tmp_path / "news", None)
    other.make()
    assert other.password() != home.password()
    mine, theirs = home.environment(8080), other.environment(8080)
    for name in ("CORE__FERNET_KEY", "API__SECRET_KEY", "API_AUTH__JWT_SECRET"):
        assert mine[f"AIRFLOW__{name}"] != theirs[f"AIRFLOW__{name}"]


@pytest.mark.parametrize("remains", [b"", b'{"fernet', b"[]", b'{"fernet_key": ""}'])
def test_half_written_secrets_are_made_again(home: AirflowHome, remains: bytes) -> None:
    (home.folder / "secrets.json").write_bytes(remains)
    home.password_file.write_bytes(remains)
    home.make()
    assert home.password()
    assert len(home.environment(8080)["AIRFLOW__CORE__FERNET_KEY"]) == 44


def test_a_loose_mode_is_tightened(home: AirflowHome) -> None:
    home.password_file.chmod(0o644)
    home.make()
    assert stat.S_IMODE(home.password_file.stat().st_mode) == 0o600


def test_another_airflows_variables_do_not_leak_in(
    home: AirflowHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://production")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_HOST", "mail")
    monkeypatch.setenv("AIRFLOW_CONN_SOMETHING", "x")
    monkeypatch.setenv("NEWS_QUARANTINE_FAIL_SHARE", "0.7")
    environment = home.environment(8123)
    assert str(home.folder) in environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert "AIRFLOW__SMTP__SMTP_HOST" not in environment
    assert "AIRFLOW_CONN_SOMETHING" not in environment
    assert environment["NEWS_QUARANTINE_FAIL_SHARE"] == "0.7"
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:8123"


def test_the_inbox_is_named_only_when_it_was_given(home: AirflowHome, tmp_path: Path) -> None:
    assert "NEWS_INBOX" not in home.environment(8080)
    given = AirflowHome(PROJECT_ROOT, home.folder, home.news_home, tmp_path / "captures")
    assert given.environment(8080)["NEWS_INBOX"] == str(tmp_path / "captures")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    home = AirflowHome(PROJECT_ROOT, tmp_path / "file" / "airflow", tmp_path, None)
    with pytest.raises(LocalServerError, match=r"file.airflow can't be written"):
        home.make()


def test_pools_of_the_dags_are_in_the_file() -> None:
    pools = json.loads((PROJECT_ROOT / "config" / "pools.json").read_bytes())
    assert pools["duckdb_writer"]["slots"] == 1
    assert os.fspath(PROJECT_ROOT)


def test_airflows_command_line_needs_an_airflow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = ["--home", str(tmp_path / "news"), "--airflow-home", str(tmp_path / "airflow")]
    assert airflow_command.main([*folders, "dags", "list"]) == 2
    assert "Run this first: make run" in capsys.readouterr().err
    assert not (tmp_path / "airflow").exists()
