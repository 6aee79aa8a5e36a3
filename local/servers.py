"""Local servers as child processes: started, watched, and stopped without leaving a process behind.

Each process that is started here leads a session of its own, and sessions are what is stopped: Airflow puts
tasks into process groups of their own, but they stay in the session.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import filelock
import psutil

from newsmarts.core.errors import NewsError, UsageError
from newsmarts.core.files import write_atomically

LOOPBACK = "127.0.0.1"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOP_SECONDS = 6.0  # after SIGTERM; then SIGKILL
_PORTS_TRIED = 200


class LocalServerError(NewsError):
    """A local server can't be set up or started; the message says what to do next."""


@dataclass(frozen=True, slots=True)
class _Server:
    name: str
    process: subprocess.Popen[bytes]
    log: Path


class LocalServers:
    """The processes of one program. Use as a context manager; leaving it stops them all.

    Entering stops what a killed run left behind, so choose ports after it.

    Args:
        command: what starts the program, as a user types it.
        folder: holds the program's lock and the list of its processes.
        variable: the environment variable by which its processes know ``folder``.
        umask: of its processes; -1: as here.
    """

    def __init__(
        self, program: str, command: str, folder: Path, logs: Path, *, variable: str, umask: int = -1
    ) -> None:
        self._program, self._command = program, command
        self._folder, self._variable = folder, variable
        self._logs = logs
        self._umask = umask
        self._servers: list[_Server] = []
        self._lock = filelock.FileLock(folder / "servers.lock", timeout=0)
        self._record = folder / "servers.json"

    def __enter__(self) -> Self:
        try:
            self._lock.acquire()
        except filelock.Timeout:
            raise LocalServerError(
                f"{self._program} of {self._folder} is already running, started by another "
                f"`{self._command}`. Use that one, or stop it with Ctrl-C first."
            ) from None
        self._stop_leftovers()
        return self

    def __exit__(self, *_exception: object) -> None:
        try:
            self.stop()
        finally:
            self._lock.release()

    def spawn(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        """Start a server in a folder; its output goes to ``<name>.log``. Returns at once."""
        log = self.log_of(name)
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=self._umask,
            )
        self._servers.append(_Server(name, process, log))
        started = {each.process.pid: _started_at(each.process.pid) for each in self._servers}
        write_atomically(self._record, json.dumps(started).encode())

    def run(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        *,
        failure: str,
        advice: str,
    ) -> None:
        """Run a command to its end, like ``spawn``.

        Raises:
            LocalServerError: it failed; the message is ``failure``, its last line of output and ``advice``.
        """
        self.spawn(name, command, environment, folder)
        server = self._servers[-1]
        if server.process.wait():
            raise LocalServerError(
                f"{failure}: {last_line(server.log)}\nThe full log is {server.log}. {advice}".strip()
            )
        self._servers.remove(server)

    def log_of(self, name: str) -> Path:
        """Where a server's output goes."""
        return self._logs / f"{name}.log"

    def pid_of(self, name: str) -> int:
        """The process of the server that was last started by this name; it leads its session."""
        return [server.process.pid for server in self._servers if server.name == name][-1]

    def has_ended(self, name: str) -> bool:
        """Whether the server that was last started by this name has ended by itself."""
        return [server for server in self._servers if server.name == name][-1].process.poll() is not None

    def check(self) -> None:
        """Raises LocalServerError when a server has ended by itself."""
        for server in self._servers:
            code = server.process.poll()
            if code is not None:
                raise LocalServerError(
                    f"{self._program}'s {server.name} ended with code {code}: {last_line(server.log)}\n"
                    f"The full log is {server.log}."
                )

    def stop(self) -> None:
        """Stop all servers and every process they started; returns when none is left."""
        with _signals_ignored():
            sessions = {server.process.pid for server in self._servers}
            # and one that a signal kept from being recorded
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

    def _stop_leftovers(self) -> None:
        """Stop the servers of a run that was killed, but no stranger that has one of their numbers now."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            started = {int(pid): at for pid, at in json.loads(self._record.read_bytes()).items()}
            kill_sessions(
                {
                    pid
                    for pid, at in started.items()
                    # a leader may have gone before its workers
                    if _started_at(pid) == at or any(self._is_ours(each) for each in members({pid}))
                }
            )
        self._record.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        # some servers write their title over their environment: of these it isn't known
        with contextlib.suppress(psutil.Error):
            return bool(psutil.Process(pid).environ().get(self._variable) == str(self._folder))
        return False


def members(sessions: set[int]) -> Iterator[int]:
    """The living processes of these sessions."""
    for pid in psutil.pids():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(pid) in sessions and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                yield pid


def kill_sessions(sessions: set[int]) -> None:
    """Kill until none is left: one that is killed may just have forked another."""
    while living := list(members(sessions)):
        for pid in living:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def choose_port(wanted: int | None, first: int, command: str) -> int:
    """The wanted port, or the first free one from ``first`` on.

    Raises:
        UsageError: there is no such port.
        LocalServerError: the wanted port is taken, or none is free.
    """
    if wanted is None:
        port = next((port for port in range(first, first + _PORTS_TRIED) if _is_free(port)), None)
        if port is None:
            raise LocalServerError(f"No port from {first} on is free. Choose one: {command} PORT=…")
        return port
    if not 0 < wanted < 65536:
        raise UsageError(f"Port {wanted} doesn't exist: choose one from 1 to 65535, or leave PORT out.")
    if not _is_free(wanted):
        raise LocalServerError(
            f"Port {wanted} is taken. Choose another one ({command} PORT=…), or leave PORT out."
        )
    return wanted


def ensure_secrets(path: Path, makers: Mapping[str, Callable[[], str]]) -> set[str]:
    """Add the secrets that a JSON file lacks; what it has stays. Returns the names of those that were added.

    Only its owner can read the file.
    """
    known = read_secrets(path)
    missing = {name for name in makers if not known.get(name)}
    if missing:
        content = known | {name: makers[name]() for name in missing}
        write_atomically(path, json.dumps(content).encode() + b"\n", mode=0o600)
    else:
        path.chmod(0o600)
    return missing


def read_secrets(path: Path) -> dict[str, Any]:
    """The file's secrets by name; empty when it is missing or half written."""
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def last_line(log: Path) -> str:
    """What a log ends with, for a message."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no output"


def base_url(port: int) -> str:
    """A server's address on this machine."""
    return f"http://{LOOPBACK}:{port}"  # not localhost: that may be ::1, and another program's


def _is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=0.5):
        return False  # macOS would let us bind beside a server that listens on every address
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def _signals_ignored() -> Iterator[None]:
    """A second Ctrl-C must not leave servers behind; stopping takes seconds at most."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _started_at(pid: int) -> float | None:
    """When the process that has this number now was started."""
    with contextlib.suppress(psutil.Error):
        return float(psutil.Process(pid).create_time())
    return None
