"""Airflow's servers over one Airflow home."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version

from local.airflow_home import AirflowHome
from local.servers import LocalServers, Program
from newsmarts.core.files import write_atomically

FIRST_PORT = 8080
# Task logs are read from the disk. Servers for them aren't needed, and would listen on every address.
SERVERS: Mapping[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}


class AirflowServers(LocalServers):
    """The servers of one Airflow home; ``port`` is the API server's."""

    def __init__(self, home: AirflowHome, port: int = FIRST_PORT) -> None:
        logs = home.logs / "components"
        super().__init__(Program("Airflow", "make run", home.folder, logs, folder_variable="AIRFLOW_HOME"))
        self.port = port
        self._home = home

    def prepare(self, announce: Callable[[str], None] = lambda _line: None) -> None:
        """Migrate the database and import the pools, unless that is done; it takes long, so it is announced.

        Raises:
            LocalServerError: the database of an earlier run can't be used.
        """
        pools = self._home.project / "config" / "pools.json"
        wanted = f"{version('apache-airflow')} {hashlib.sha256(pools.read_bytes()).hexdigest()}"
        stamp = self._home.folder / "prepared"
        if self._home.database.exists() and stamp.exists() and stamp.read_text() == wanted:
            return
        announce(f"preparing Airflow's database: {self._home.database} …")
        stamp.unlink(missing_ok=True)
        self.run(
            "prepare",
            [sys.executable, "-m", "local.prepare_airflow", str(pools)],
            self._home.environment(self.port),
            self._home.project,
            failure=f"Airflow's database {self._home.database} can't be migrated",
            advice=f"{self._home.folder} holds only Airflow's own records (runs, passwords): removing that "
            "folder helps, and loses no news.",
        )
        write_atomically(stamp, wanted.encode())

    def start(self, *names: str) -> None:
        """Start servers by name, see SERVERS."""
        for name in names:
            command = [sys.executable, "-m", "airflow", *SERVERS[name]]
            self.spawn(name, command, self._home.environment(self.port), self._home.project)
