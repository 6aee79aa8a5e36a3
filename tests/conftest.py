"""What all tests share: an Airflow home of their own, and servers that are started once."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract_files import write_brief_contracts
from tests.postgres_server import Server, serve

PROJECT = Path(__file__).resolve().parents[1]

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
    "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",  # the default one asks a name server
}


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the marts of the samples; tests that read them are of the group ``sample_marts``."""
    home = tmp_path_factory.mktemp("sample-home")
    options = ["--inbox", str(PROJECT / "samples" / "inbox"), "--home", str(home)]
    subprocess.run([sys.executable, "-m", "newsmarts", "run", *options], cwd=PROJECT, check=True)
    return home


@pytest.fixture(scope="session")
def brief_contracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of contracts that ask little, for runs in which what they say doesn't matter."""
    return write_brief_contracts(tmp_path_factory.mktemp("brief") / "expectations")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server; whoever needs a database makes one of another name than the others'."""
    with serve() as server:
        yield server


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a folder's tests of real servers on one worker, so that its servers are started once."""
    for item in items:
        if item.get_closest_marker("integration"):
            item.add_marker(pytest.mark.xdist_group(item.path.parent.name))
