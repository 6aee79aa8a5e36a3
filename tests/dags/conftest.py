"""The DAGs as Airflow reads them, and a database for them to run in."""

from __future__ import annotations

import json
import shutil
import signal
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from local.airflow_api import AirflowApi
from local.airflow_servers import ADMIN
from newsmarts.core.settings import PROJECT_ROOT, settings
from tests.dags.make_run import REAL_DAY, REAL_PAGES, MakeRun, alive

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

IGNORED = (
    # Airflow 3.3.2 on its own use of pathspec and of Starlette
    "ignore:GitWildMatchPattern:DeprecationWarning",
    "ignore:Using `httpx` with `starlette.testclient`",
)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Airflow's warnings about itself aren't ours to fix; one worker imports it and has its database."""
    for item in items:
        if item.path.parent.name == "dags":
            for ignored in IGNORED:
                item.add_marker(pytest.mark.filterwarnings(ignored))
            if not item.get_closest_marker("integration"):
                item.add_marker(pytest.mark.xdist_group("airflow"))


@pytest.fixture(scope="session")
def known_pools() -> set[str]:
    """The pools that a started Airflow has."""
    return {"default_pool", *json.loads((PROJECT_ROOT / "config" / "pools.json").read_text())}


@pytest.fixture(scope="session")
def dagbag(known_pools: set[str]) -> DagBag:
    """The project's DAGs."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(known_pools=known_pools)


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """Airflow's tables, in the tests' own home."""
    from airflow.utils.db import initdb

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Alembic's, on Airflow's own configuration of it
        initdb()


@pytest.fixture
def fresh_settings() -> Iterator[None]:
    """Settings are read once a process: forget them, before and after."""
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeRun]:
    """A first ``make run`` that has printed its summary and stays up."""
    folder = tmp_path_factory.mktemp("make-run")
    inbox = folder / "news home" / "inbox" / REAL_DAY
    inbox.mkdir(parents=True)
    for page in REAL_PAGES.glob("*.txt"):
        shutil.copy2(page, inbox)
    run = MakeRun(folder)
    try:
        run.read_until("Press Ctrl-C to stop Airflow.")
        yield run
        sessions = run.sessions()
        assert len(sessions) == 4
        assert run.end(signal.SIGINT) == 0
        assert alive(sessions) == []
    finally:
        if run.process.poll() is None:
            run.end(signal.SIGINT)


@pytest.fixture
def start() -> Iterator[Callable[..., MakeRun]]:
    """Starts further runs; those that a failed test leaves behind are ended."""
    runs: list[MakeRun] = []

    def started(*arguments: Any) -> MakeRun:
        runs.append(MakeRun(*arguments))
        return runs[-1]

    yield started
    for run in runs:
        if run.process.poll() is None:
            run.end(signal.SIGINT)


@pytest.fixture
def api(first: MakeRun) -> Iterator[AirflowApi]:
    with AirflowApi(first.address, ADMIN, first.home.password()) as api:
        api.log_in()
        yield api
