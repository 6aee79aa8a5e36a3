"""Airflow's servers as child processes that never outlive this one's care.

Each server is the leader of a session of its own. Airflow puts tasks into process groups of their own, but
they stay in the session, so a session is what is stopped.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import filelock
import psutil  # type: ignore[import-untyped]

from local.airflow_home import AirflowHome, LocalAirflowError
from local.sessions import is_free, kill_sessions, last_line, members, signals_ignored, started_at
from newsmarts.core.files import write_atomically

# Task logs are read from the disk, so nobody has to serve them: those servers would listen on every address.
SERVERS: Mapping[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
STOP_SECONDS = 6.0
FIRST_PORT = 8080


@dataclass(frozen=True, slots=True)
class _Server:
    name: str
    process: subprocess.Popen[bytes]
    log: Path


class AirflowServers:
    """The servers of one Airflow home. Use as a context manager; leaving it stops them all.

    Entering ends what a killed run left, so choose the ``port`` after it.
    """

    def __init__(self, home: AirflowHome, port: int = FIRST_PORT) -> None:
        self.port = port
        self._home = home
        self._servers: list[_Server] = []
        self._lock = filelock.FileLock(home.folder / "servers.lock", timeout=0)

    @property
    def _record(self) -> Path:
        return self._home.folder / "servers.json"

    def __enter__(self) -> AirflowServers:
        try:
            self._lock.acquire()
        except filelock.Timeout:
            raise LocalAirflowError(
                f"Airflow of {self._home.folder} is already running, started by another `make run`. "
                "Use that one, or end it with Ctrl-C first."
            ) from None
        self._end_leftovers()
        return self

    def __exit__(self, *_exception: object) -> None:
        try:
            self.stop()
        finally:
            self._lock.release()

    def prepare(self) -> bool:
        """Bring the database and pools up to date; False when nothing was to do.

        Raises:
            LocalAirflowError: the database of an earlier run can't be used.
        """
        pools = self._home.project / "config" / "pools.json"
        wanted = f"{version('apache-airflow')} {hashlib.sha256(pools.read_bytes()).hexdigest()}"
        stamp = self._home.folder / "prepared"
        if self._home.database.exists() and stamp.exists() and stamp.read_text() == wanted:
            return False
        stamp.unlink(missing_ok=True)
        server = self._spawn("prepare", [sys.executable, "-m", "local.prepare_airflow", str(pools)])
        while server.process.poll() is None:
            time.sleep(0.1)
        if server.process.returncode:
            raise LocalAirflowError(
                f"Airflow's database {self._home.database} can't be brought up to date: "
                f"{last_line(server.log)}\nThe whole story is in {server.log}. {self._home.folder} holds "
                "only Airflow's own records (runs, passwords): removing that folder helps, and loses no news."
            )
        self._servers.remove(server)
        write_atomically(stamp, wanted.encode())
        return True

    def start(self, *names: str) -> None:
        """Start servers by name, see SERVERS."""
        for name in names:
            self._spawn(name, [sys.executable, "-m", "airflow", *SERVERS[name]])

    def pid_of(self, name: str) -> int:
        """The process of a server, which leads its session; of the last one that was started by this name."""
        return [server.process.pid for server in self._servers if server.name == name][-1]

    def check(self) -> None:
        """Raises LocalAirflowError when a server has ended by itself."""
        for server in self._servers:
            code = server.process.poll()
            if code is not None:
                raise LocalAirflowError(
                    f"Airflow's {server.name} ended with code {code}: {last_line(server.log)}\n"
                    f"The whole story is in {server.log}."
                )

    def stop(self) -> None:
        """End all servers and every process they started; returns when none is left."""
        with signals_ignored():
            sessions = {server.process.pid for server in self._servers}
            # and one that a signal kept from being noted down
            sessions |= {child.pid for child in psutil.Process().children() if self._is_ours(child.pid)}
            for pid in sessions:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline and any(members(sessions)):
                time.sleep(0.05)
            kill_sessions(sessions)
            for server in self._servers:
                server.process.wait()
            self._servers.clear()
            self._record.unlink(missing_ok=True)

    def _spawn(self, name: str, command: list[str]) -> _Server:
        log = self._home.logs / "components" / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self._home.project,
                env=self._home.environment(self.port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = _Server(name, process, log)
        self._servers.append(server)
        started = {each.process.pid: started_at(each.process.pid) for each in self._servers}
        write_atomically(self._record, json.dumps(started).encode())
        return server

    def _end_leftovers(self) -> None:
        """End servers whose `make run` was killed outright, and nobody else who has got their number."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            started = {int(pid): at for pid, at in json.loads(self._record.read_bytes()).items()}
            kill_sessions(
                {
                    pid
                    for pid, at in started.items()
                    if started_at(pid) == at or any(self._is_ours(each) for each in members({pid}))
                }
            )
        self._record.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        # some servers write their title over their environment: for them this can't tell
        with contextlib.suppress(psutil.Error):
            return bool(psutil.Process(pid).environ().get("AIRFLOW_HOME") == str(self._home.folder))
        return False


def choose_port(wanted: int | None) -> int:
    """The wanted port, or without a wish the first free one from 8080 on.

    Raises:
        LocalAirflowError: the wanted port is taken.
    """
    if wanted is not None:
        if not is_free(wanted):
            raise LocalAirflowError(
                f"Port {wanted} is taken. Name another one (make run PORT=…), or none to get a free one."
            )
        return wanted
    port = next((port for port in range(FIRST_PORT, FIRST_PORT + 200) if is_free(port)), None)
    if port is None:
        raise LocalAirflowError(f"No port from {FIRST_PORT} on is free. Name one: make run PORT=…")
    return port
