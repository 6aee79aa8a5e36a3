"""Under a real scheduler: Airflow's database and the archive's object store, each away for half a minute.

One Airflow serves both cases. Its records are in PostgreSQL; raw captures and staged days are in a bucket.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from local.airflow_servers import AirflowHome, AirflowServers
from newsmarts.core.settings import PROJECT_ROOT
from tests.faults import marts
from tests.faults.bucket import Server as Store
from tests.faults.bucket import fetched_objects, serving, store
from tests.faults.desk import DAYS, SERVERS, Desk, succeeded
from tests.faults.report import Case
from tests.postgres_server import Server

pytestmark = [
    pytest.mark.faults,
    pytest.mark.integration,
    pytest.mark.enable_socket,
    pytest.mark.timeout(1800),
]

SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ServedHome(AirflowHome):
    """An Airflow whose records are in PostgreSQL."""

    database_url: str = ""

    def environment(self, port: int) -> dict[str, str]:
        """As of any local Airflow, with another database."""
        named = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.database_url}
        return AirflowHome.environment(self, port) | named


@dataclass
class ServedDesk(Desk):
    """A desk whose archive is in a bucket."""

    def check_raw(self) -> int:
        """How many raw objects the bucket has, all intact."""
        return marts.check_raw(
            self.home.news_home, fetched_objects("desk", self.home.folder.with_name("fetched"))
        )


@pytest.fixture(scope="module")
def bucket_server() -> Iterator[Store]:
    with serving() as server:
        store().mkdir("desk")
        yield server


@pytest.fixture(scope="module")
def desk(
    sample_home: Path, postgres: Server, bucket_server: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A started Airflow over an empty archive and an inbox of the samples."""
    postgres.role("airflow", "airflow")
    postgres.database("airflow")
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("ALTER DATABASE airflow OWNER TO airflow")
    url = f"postgresql+psycopg2://airflow:airflow@/airflow?host={postgres.folder}"
    folder = tmp_path_factory.mktemp("served")
    inbox = folder / "inbox"
    shutil.copytree(PROJECT_ROOT / "samples" / "inbox", inbox)
    home = ServedHome(
        PROJECT_ROOT, folder / "airflow", folder / "news", inbox, "s3://desk/archive", database_url=url
    )
    home.make()
    with AirflowServers(home) as servers:
        desk = ServedDesk(home, servers, marts.read_marts(sample_home))
        desk.start()
        try:
            yield desk
        finally:
            desk.stop()


def test_services_store_away(desk: Desk, bucket_server: Store, case: Case) -> None:
    case.broke(f"the object store is away for {SECONDS:.0f} seconds while a backfill parses five days")
    watch = desk.watch()
    desk.backfill(max_active_runs=2)
    desk.until_running("parse")
    bucket_server.switch.off()
    threading.Timer(SECONDS, bucket_server.switch.on).start()
    reported = succeeded(watch, DAYS, len(DAYS))
    case.saw(f"tasks were tried again, and {reported}", desk.check())


def test_services_database_away(desk: Desk, postgres: Server, case: Case) -> None:
    """A server that ended because of it is started again, as Docker does it (restart: unless-stopped)."""
    case.broke(f"Airflow's PostgreSQL is stopped for {SECONDS:.0f} seconds amid a backfill of five days")
    watch, release = desk.watch(), desk.release()
    desk.backfill(max_active_runs=2)
    desk.until_running("parse")
    postgres.stop()
    back = threading.Timer(SECONDS, postgres.start)
    back.start()
    back.join()
    restarted: set[str] = set()

    def is_whole() -> bool:
        restarted.update(desk.restart_ended(SERVERS))
        return desk.is_up()

    desk.until(is_whole, "Airflow to be whole again")
    reported = succeeded(watch, DAYS, len(DAYS))
    assert desk.release() == release
    case.saw(
        f"ended and started again: {', '.join(sorted(restarted)) or 'no server'}",
        f"{reported}; no new release",
        desk.check(),
    )
