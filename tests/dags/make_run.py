"""``make run`` for tests: started, read from, and stopped."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.airflow_servers import AirflowHome
from newsmarts.core.settings import PROJECT_ROOT
from newsmarts.release.reader import connect

SAMPLES = PROJECT_ROOT / "samples"
REAL_PAGES = PROJECT_ROOT.parent / "shared" / "pages"
REAL_DAY = "2025-08-31"  # beside the samples' days, so that all make one range
DAYS = ["2025-09-01", "2025-09-02", "2025-09-03", "2025-09-04", "2025-09-05"]
PATIENCE_SECONDS = 400


def free_port() -> int:
    """A port that no other program gets for a while, unlike the first free one from 8080 on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class MakeRun:
    """A running ``make run`` and its output so far."""

    folder: Path
    options: list[str] = field(default_factory=list)
    output: str = ""

    def __post_init__(self) -> None:
        command = [sys.executable, "-m", "local.run_local", *self.options, "--port", str(free_port())]
        homes = ["--home", str(self.news), "--airflow-home", str(self.airflow)]
        self.process = subprocess.Popen(
            [*command, *homes],
            cwd=PROJECT_ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def news(self) -> Path:
        return self.folder / "news home"  # a space, as people have them

    @property
    def airflow(self) -> Path:
        return self.folder / "airflow"

    @property
    def home(self) -> AirflowHome:
        return AirflowHome(PROJECT_ROOT, self.airflow, self.news, None)

    @property
    def address(self) -> str:
        (address,) = set(re.findall(r"http://127\.0\.0\.1:\d+", self.output))
        return str(address)

    def read_until(self, words: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
            if words in line:
                return
        pytest.fail(f"make run ended with {self.process.wait()} before {words!r}:\n{self.output}")

    def end(self, number: signal.Signals | None = None) -> int:
        """Wait for its end, after a signal if there is one, and return its exit code."""
        if number is not None:
            self.process.send_signal(number)
        self.output += self.process.communicate(timeout=60)[0]
        return self.process.returncode

    def sessions(self) -> set[int]:
        """The sessions of its servers; every process that works for them is in one of these."""
        return {int(pid) for pid in json.loads((self.airflow / "servers.json").read_bytes())}

    def task_instances(self) -> list[dict[str, Any]]:
        with sqlite3.connect(f"file:{self.home.database}?mode=ro", uri=True) as database:
            database.row_factory = sqlite3.Row
            query = "SELECT * FROM task_instance JOIN dag_run USING (dag_id, run_id)"
            return [dict(row) for row in database.execute(query)]


def alive(sessions: set[int]) -> list[str]:
    """The processes of these sessions."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(process.pid) in sessions and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{process.pid} {' '.join(process.cmdline())}")
    return found


def everything(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every mart."""
    with connect(home) as marts:
        names = [name for (name,) in marts.sql("SHOW TABLES FROM marts").fetchall()]
        assert len(names) > 5
        return {name: marts.sql(f"SELECT * FROM marts.{name} ORDER BY ALL").fetchall() for name in names}
