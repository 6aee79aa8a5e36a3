"""A PostgreSQL server of the tests' own, on a Unix socket, gone with the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from tests.missing import skip_or_fail

OWNER_PASSWORD = "p@ss: /word%"


@dataclass
class Server:
    """A running server; ``folder`` holds its socket."""

    folder: Path
    command: list[str]
    user: int | None = None  # as which it runs; None: as the tests do
    group: int | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it answers."""
        with (self.folder / "log").open("ab") as log:
            # a child of the tests, not a daemon: it is seen, and ended, with them
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env={"PATH": os.environ["PATH"]},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self.user,
                group=self.group,
            )
        _first_connection(self, self.process).close()

    def stop(self) -> None:
        """Stop it at once; what was committed stays, connections are cut."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=60)
            self.process = None

    def url(self, database: str, user: str = "news", password: str = OWNER_PASSWORD) -> str:
        """The URL of a database for a user."""
        secret, host = quote(password, safe=""), quote(str(self.folder), safe="")
        return f"postgresql://{user}:{secret}@/{database}?host={host}"

    def database(self, name: str, options: str = "") -> str:
        """Make a database that the user news owns, and return its URL."""
        self.drop(name)
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" OWNER news {options}')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, if there is one."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def role(self, name: str, password: str) -> None:
        """Make a role that may log in and nothing else."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
            if found is None:
                connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")


def _binaries() -> Path:
    """Where PostgreSQL's programs are; Debian keeps them out of the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for folder in reversed(folders):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    reason = "no PostgreSQL on this machine (apt-get install postgresql), so the copy was not tried"
    return skip_or_fail("NEWS_REQUIRE_POSTGRES", reason)


@contextmanager
def serve() -> Iterator[Server]:
    """Run a server for as long as the block lasts."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="news-pg-"))  # a socket's path has to be short
    user = group = None
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        folder.chmod(0o711)  # so that a root without its capabilities reaches the socket, too
        user, group = account.pw_uid, account.pw_gid

    password = folder / "password"
    password.write_text(OWNER_PASSWORD)
    password.chmod(0o644)
    data = str(folder / "data")
    new = ["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    settings = {"listen_addresses": "", "fsync": "off", "unix_socket_directories": str(folder)}
    options = [f"--{name}={value}" for name, value in settings.items()]
    server = Server(folder, [str(binaries / "postgres"), "-D", data, *options], user, group)
    try:
        subprocess.run(
            [str(binaries / "initdb"), "-D", data, *new, f"--pwfile={password}"],
            check=True,
            cwd=folder,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            user=user,
            group=group,
        )
        server.start()
        with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE news LOGIN PASSWORD '{OWNER_PASSWORD}'")
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _first_connection(server: Server, process: subprocess.Popen[bytes]) -> psycopg.Connection[Any]:
    """A connection as soon as the server takes one."""
    give_up = time.monotonic() + 60
    while True:
        try:
            return psycopg.connect(server.url("postgres", "postgres"), autocommit=True)
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > give_up:
                pytest.fail((server.folder / "log").read_text(errors="replace"))
        time.sleep(0.1)
