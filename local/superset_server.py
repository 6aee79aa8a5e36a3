"""Superset's server as a child process that never outlives this one's care."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import filelock
import psutil  # type: ignore[import-untyped]

from local.airflow_home import LOOPBACK
from local.sessions import kill_sessions, last_line, members, signals_ignored, started_at
from local.superset_home import LocalSupersetError, SupersetHome
from newsmarts.core.files import write_atomically

STOP_SECONDS = 6.0
THREADS = 8  # a dashboard asks for its charts at once


class SupersetServer:
    """The server of one Superset folder. Use as a context manager; leaving it stops everything.

    Entering ends what a killed run left, so choose the port after it.
    """

    def __init__(self, home: SupersetHome) -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = filelock.FileLock(home.folder / "server.lock", timeout=0)
        self.log = home.logs / "server.log"

    @property
    def _record(self) -> Path:
        return self._home.folder / "server.json"

    def __enter__(self) -> SupersetServer:
        try:
            self._lock.acquire()
        except filelock.Timeout:
            raise LocalSupersetError(
                f"Superset of {self._home.folder} is already running, started by another `make bi`. "
                "Use that one, or end it with Ctrl-C first."
            ) from None
        self._end_leftovers()
        return self

    def __exit__(self, *_exception: object) -> None:
        try:
            self.stop()
        finally:
            self._lock.release()

    def provision(self) -> bool:
        """Bring Superset's database to what the files say; False when it was there already.

        Raises:
            LocalSupersetError: Superset refused the files, or can't use the database of an earlier run.
        """
        database = self._home.folder / "superset.db"
        stamp = self._home.folder / "provisioned"
        wanted = self._home.provisioned_with()
        if database.exists() and stamp.exists() and stamp.read_text() == wanted:
            return False
        stamp.unlink(missing_ok=True)
        print("Setting Superset up: its database and the dashboards; about a minute …", flush=True)
        assets = self._home.files / "assets"
        self._run_provision(
            "import",
            assets,
            f"Superset can't be set up from {assets}",
            f"Mend the file it names; or, when it is the database {database}: that holds Superset's own "
            "records (users, dashboards made by hand), and no news, so it may be removed.",
        )
        database.chmod(0o600)
        write_atomically(stamp, wanted.encode())
        return True

    def export(self, folder: Path) -> None:
        """Write the dashboards as Superset has them to YAML files in the folder.

        Raises:
            LocalSupersetError: there is no database yet, or it can't be read.
        """
        if not (self._home.folder / "provisioned").exists():
            raise LocalSupersetError(f"{self._home.folder} holds no dashboards yet. Run `make bi` first.")
        folder.mkdir(parents=True, exist_ok=True)
        self._run_provision("export", folder, "Superset can't export its dashboards", "")

    def start(self, port: int) -> None:
        """Start the server; returns at once."""
        gunicorn = ["--bind", f"{LOOPBACK}:{port}", "--workers", "1", "--worker-class", "gthread"]
        gunicorn += [
            "--threads",
            str(THREADS),
            "--timeout",
            "120",
            "--graceful-timeout",
            "2",
            "--no-control-socket",
        ]
        self._spawn(["-m", "gunicorn", *gunicorn, "superset.app:create_app()"], self.log)

    def check(self) -> None:
        """Raises LocalSupersetError when the server has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise LocalSupersetError(
                f"Superset ended with code {self._process.returncode}: {last_line(self.log)}\n"
                f"The whole story is in {self.log}."
            )

    def stop(self) -> None:
        """End the server and every process it started; returns when none is left."""
        with signals_ignored():
            sessions = {self._process.pid} if self._process is not None else set()
            # and one that a signal kept from being noted down
            sessions |= {child.pid for child in psutil.Process().children() if self._is_ours(child.pid)}
            for pid in sessions:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline and any(members(sessions)):
                time.sleep(0.05)
            kill_sessions(sessions)
            if self._process is not None:
                self._process.wait()
            self._process = None
            self._record.unlink(missing_ok=True)

    def _run_provision(self, verb: str, folder: Path, failure: str, advice: str) -> None:
        log = self._home.logs / f"{verb}.log"
        process = self._spawn([str(self._home.files / "provision.py"), verb, str(folder)], log)
        while process.poll() is None:
            time.sleep(0.1)
        self._process = None
        self._record.unlink(missing_ok=True)
        if process.returncode:
            raise LocalSupersetError(
                f"{failure}: {last_line(log)}\nThe whole story is in {log}. {advice}".strip()
            )

    def _spawn(self, arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [str(self._home.python), *arguments],
                cwd=self._home.folder,
                env=self._home.process_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=0o077,
            )
        pid = self._process.pid
        write_atomically(self._record, json.dumps({"pid": pid, "started_at": started_at(pid)}).encode())
        return self._process

    def _end_leftovers(self) -> None:
        """End a server whose `make bi` was killed outright, and nobody else who has got its number."""
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
            record = json.loads(self._record.read_bytes())
            pid = int(record["pid"])
            # its leader may have gone before its workers
            if started_at(pid) == record["started_at"] or any(self._is_ours(each) for each in members({pid})):
                kill_sessions({pid})
        self._record.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        with contextlib.suppress(psutil.Error):
            return bool(psutil.Process(pid).environ().get("NEWS_BI_FOLDER") == str(self._home.folder))
        return False
