"""What all tests share: an Airflow home of their own, and servers that are started once."""

from __future__ import annotations

import atexit
import fcntl
import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from newsmarts.core.settings import Settings
from tests.contract_files import write_brief_contracts
from tests.postgres_server import Server, serve

PROJECT = Path(__file__).resolve().parents[1]
pytest_plugins = ["tests.cpu_budget", "tests.s3_server"]

# Before anything imports Airflow, which reads them then: never the Airflow of the person who runs the tests.
# NEWS_REQUIRE_BROWSER and NEWS_REQUIRE_POSTGRES speak to the tests: without it they fail instead of skipping.
for name in [name for name in os.environ if name.startswith(("AIRFLOW", "NEWS_"))]:
    if not name.startswith("NEWS_REQUIRE_"):
        del os.environ[name]
_AIRFLOW_HOME = tempfile.mkdtemp(prefix="news-tests-")
atexit.register(shutil.rmtree, _AIRFLOW_HOME, ignore_errors=True)
os.environ |= {
    "AIRFLOW_HOME": _AIRFLOW_HOME,
    "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "NEWS_DUCKDB_THREADS": "1",  # the tables are small: a second thread adds a third of CPU time and no speed
    "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",  # the default one queries a name server
}

# A shell's `&` starts a command with SIGINT ignored, and its children keep that: tests interrupt theirs.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No limit on time: how long an example takes says how busy the machine is.
_PROFILE = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile("fast", _PROFILE, max_examples=20)
hypothesis_settings.register_profile("thorough", _PROFILE, max_examples=100)  # --hypothesis-profile=thorough
hypothesis_settings.load_profile("fast")


@pytest.fixture(scope="module", autouse=True)
def _collect_garbage() -> Iterator[None]:
    """Close what a module's tests left open before those of another run, which would be blamed for it.

    What is alive then stays so for the most part: it is not looked at again.
    """
    yield
    gc.collect()
    gc.freeze()


def build_once(tmp_path_factory: pytest.TempPathFactory, name: str, build: Callable[[Path], None]) -> Path:
    """Return a folder that the first worker of a run builds and the others wait for; for reading only."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, built = base / name, base / f"{name}.built"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            shutil.rmtree(folder, ignore_errors=True)
            build(folder)
            built.touch()
    return folder


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the marts of the samples, for reading only; its tests are of the group ``sample_marts``."""

    def days() -> dict[Path, int]:
        """When each file of a day changed last: a test that writes into one harms others."""
        return {path: path.stat().st_mtime_ns for path in home.glob("*/*/capture_day=*/*")}

    def run_samples(home: Path) -> None:
        options = ["--inbox", str(PROJECT / "samples" / "inbox"), "--home", str(home)]
        subprocess.run([sys.executable, "-m", "newsmarts", "run", *options], cwd=PROJECT, check=True)

    home = build_once(tmp_path_factory, "sample-home", run_samples)
    before = days()
    yield home
    assert days() == before, "a test wrote into the home that all share"


@pytest.fixture(scope="session")
def brief_contracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of contracts that ask little, for runs in which what they say doesn't matter."""
    return write_brief_contracts(tmp_path_factory.mktemp("brief") / "expectations")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server; whoever needs a database makes one of another name than the others'."""
    with serve() as server:
        yield server


@pytest.fixture
def quick_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every candidate pass its audit at once, for tests of something else."""

    def no_findings(*_arguments: Any, **_options: Any) -> list[Any]:
        return []

    monkeypatch.setattr("newsmarts.marts.audit.run_contracts", no_findings)


@pytest.fixture
def late_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the search index to publish, which refreshes it when a build was stopped before that.

    For tests of the marts: it is a fifth of what a build of a few pages costs.
    """
    from newsmarts.search import index

    refresh = index.update_index

    def only_checked(settings: Settings, fingerprint: str, *, check: bool = False) -> None:
        if check:
            refresh(settings, fingerprint, check=True)

    monkeypatch.setattr(index, "update_index", only_checked)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share fixtures on one worker: those of a file, and a folder's tests of real servers."""
    for item in items:
        if item.get_closest_marker("integration"):
            item.add_marker(pytest.mark.xdist_group(item.path.parent.name))
        elif not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
