"""``make bi`` up to the point where Superset itself is needed; ``make test-bi`` goes on from there."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from local import bi
from local.servers import LocalServerError
from local.superset_server import SupersetHome, SupersetServer
from newsmarts.core.partitions import published_path
from newsmarts.core.settings import PROJECT_ROOT


@pytest.fixture
def home(tmp_path: Path) -> SupersetHome:
    """A folder whose environment is this one: it has no Superset, but a Python."""
    environment = tmp_path / "env"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(sys.executable)
    return SupersetHome(PROJECT_ROOT, tmp_path / "bi", environment, published_path(tmp_path / "home"))


def _publish(home: Path) -> None:
    path = published_path(home)
    path.parent.mkdir(parents=True)
    path.touch()


def test_without_a_release_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bi.main(["--home", str(tmp_path), "--folder", str(tmp_path / "bi")]) == 1
    message = capsys.readouterr().err
    assert "make run" in message
    assert str(tmp_path) in message
    assert not (tmp_path / "bi").exists()


def test_secrets_are_made_once_and_for_the_owner_only(home: SupersetHome) -> None:
    assert home.make() is True
    first = home.secrets_file.read_bytes()
    home.secrets_file.chmod(0o644)
    assert home.make() is False
    assert home.secrets_file.read_bytes() == first
    assert stat.S_IMODE(home.secrets_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700
    assert len(json.loads(first)["secret_key"]) >= 48
    assert home.password() == json.loads(first)["password"]


def test_half_written_secrets_are_made_again(home: SupersetHome) -> None:
    home.make()
    home.secrets_file.write_bytes(b'{"password": "kep')
    assert home.make() is True
    assert home.password()


def test_a_folder_that_an_address_cannot_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _publish(tmp_path / "home")
    assert bi.main(["--home", str(tmp_path / "home"), "--folder", str(tmp_path / "what?")]) == 2
    assert "question mark" in capsys.readouterr().err


@pytest.mark.slow
def test_an_install_that_fails_says_why(tmp_path: Path) -> None:
    lock = tmp_path / "project" / "bi" / "requirements.txt"
    lock.parent.mkdir(parents=True)
    lock.write_text("./no-such-wheel-1.0-py3-none-any.whl\n")
    home = SupersetHome(tmp_path / "project", tmp_path / "bi", tmp_path / "env", tmp_path / "news.duckdb")
    home.make()
    with pytest.raises(LocalServerError, match="no-such-wheel") as failed:
        home.install()
    assert str(home.logs / "install.log") in str(failed.value)
    lock.write_text("")
    assert home.install() is True  # the failed one doesn't count as installed
    assert home.install() is False


def test_provisioning_that_fails_is_done_again_the_next_time(home: SupersetHome) -> None:
    home.make()
    with SupersetServer(home) as server:
        for _ in range(2):  # this environment has no Superset
            with pytest.raises(LocalServerError, match=r"import\.log"):
                server.provision()


def test_variables_of_another_superset_stay_out(home: SupersetHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERSET_CONFIG", "another.programs")
    monkeypatch.setenv("PYTHONPATH", "/somewhere/else")
    home.make()
    environment = home.process_environment()
    assert "SUPERSET_CONFIG" not in environment
    assert "PYTHONPATH" not in environment
    assert home.password() not in json.dumps(environment)


def test_an_export_needs_dashboards_first(tmp_path: Path) -> None:
    _publish(tmp_path / "home")
    home = SupersetHome(PROJECT_ROOT, tmp_path / "bi", tmp_path / "env", published_path(tmp_path / "home"))
    home.make()
    with SupersetServer(home) as server, pytest.raises(LocalServerError, match="make bi"):
        server.export(tmp_path / "assets")
    assert not (tmp_path / "assets").exists()


def test_make_passes_its_variables_on(tmp_path: Path) -> None:
    command = subprocess.run(
        ["make", "-n", "bi", f"NEWS_HOME={tmp_path}", "PORT=8099"],
        cwd=PROJECT_ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f'-m local.bi --home "{tmp_path}" --port "8099"' in command
