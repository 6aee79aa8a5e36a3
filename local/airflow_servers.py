"""A local Airflow: its folder, its secrets, the environment that every process gets, and its servers.

SQLite and LocalExecutor, as Airflow comes; everything listens on the loopback address only.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self

from local.servers import LOOPBACK, LocalServerError, LocalServers, base_url, ensure_secrets, read_secrets
from newsmarts.core.files import write_atomically
from newsmarts.core.settings import PROJECT_ROOT, Settings

ADMIN = "admin"
PARALLELISM = 4
FIRST_PORT = 8080
# Task logs are read from the disk. Servers for them aren't needed, and would listen on every address.
SERVERS: Mapping[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}


def airflow_folder(project: Path, news_home: Path) -> Path:
    """Where the Airflow of a home is: its runs are of that home's days, so each home has its own.

    That of the default home, ``data/``, is ``.airflow``; those of others are in folders below it.
    """
    folder, home = project / ".airflow", news_home.absolute()
    if home == project / "data":
        return folder
    key = hashlib.sha256(os.fsencode(home)).hexdigest()[:8]
    return folder / "homes" / f"{home.name or 'home'}-{key}"


@dataclass(frozen=True, slots=True)
class AirflowHome:
    """One project's Airflow: ``folder`` is AIRFLOW_HOME, ``news_home`` is NEWS_HOME."""

    project: Path
    folder: Path
    news_home: Path
    inbox: Path | None  # None: <news_home>/inbox
    archive_url: str | None = None  # with one, NEWS_HOME is this and news_home its work folder

    @classmethod
    def of(cls, settings: Settings, folder: Path | None = None) -> Self:
        """The Airflow of a home, in ``folder`` or where that home's is."""
        folder = folder or airflow_folder(PROJECT_ROOT, settings.home)
        return cls(PROJECT_ROOT, folder.absolute(), settings.home, settings.inbox, settings.archive_url)

    @property
    def database(self) -> Path:
        """Airflow's own SQLite file: run history, no news."""
        return self.folder / "airflow.db"

    @property
    def logs(self) -> Path:
        """Task logs, and under ``components/`` those of the servers."""
        return self.folder / "logs"

    @property
    def password_file(self) -> Path:
        """Where SimpleAuthManager keeps its users' passwords."""
        return self.folder / "simple_auth_manager_passwords.json.generated"

    @property
    def _secrets_file(self) -> Path:
        return self.folder / "secrets.json"

    def make(self) -> None:
        """Make the folder and its secrets, once; what is there and usable is kept.

        Raises:
            LocalServerError: the folder can't be made or written.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.logs / "components").mkdir(parents=True, exist_ok=True)
            ensure_secrets(
                self._secrets_file,
                {"fernet_key": _fernet_key, "api_secret_key": _signing_key, "jwt_secret": _signing_key},
            )
            # Airflow would make this file itself, readable by everyone, and print the password to a log
            ensure_secrets(self.password_file, {ADMIN: lambda: secrets.token_urlsafe(12)})
        except OSError as error:
            raise LocalServerError(
                f"{self.folder} can't be written: {error.strerror}. Make room or fix its permissions; "
                "it holds only Airflow's own records, so it may also be removed."
            ) from None

    def password(self) -> str:
        """The admin's password for the UI and the API."""
        return str(read_secrets(self.password_file)[ADMIN])

    def environment(self, port: int) -> dict[str, str]:
        """The full environment of an Airflow process.

        Airflow's variables in the caller's shell are left out: they may belong to another Airflow.
        """
        keys = read_secrets(self._secrets_file)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
        search_path = [
            str(self.project / "include"),
            str(self.project),
            str(self.project / "config"),
            os.environ.get("PYTHONPATH", ""),
        ]
        news = {"NEWS_HOME": self.archive_url or str(self.news_home), "NEWS_WORK": str(self.news_home)}
        if self.inbox is not None:
            news["NEWS_INBOX"] = str(self.inbox)
        return {
            **inherited,
            **news,
            "PYTHONPATH": os.pathsep.join(filter(None, search_path)),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            "NO_COLOR": "1",
            "GX_ANALYTICS_ENABLED": "False",
            "SCARF_ANALYTICS": "false",
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.project / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(self.project / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": str(PARALLELISM),
            # every task looks it up; the default queries a name server, which may not be reachable
            "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
            "AIRFLOW__CORE__FERNET_KEY": keys["fernet_key"],
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.password_file),
            # A writer waits a minute for another one, not 5 s: on a busy machine creating a backfill fails
            # with "database is locked" otherwise.
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.database}?timeout=60",
            "AIRFLOW__API__HOST": LOOPBACK,
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__BASE_URL": base_url(port),
            "AIRFLOW__API__SECRET_KEY": keys["api_secret_key"],
            "AIRFLOW__API__INSTANCE_NAME": "News",
            "AIRFLOW__API_AUTH__JWT_SECRET": keys["jwt_secret"],
            # A task whose process takes a moment to exit after its last message keeps its slot for this long
            # (5 s by default, longer than the task itself): see airflow.sdk.execution_time.supervisor
            "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
            # a new DAG file would wait up to 300 s otherwise
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
            # tasks that a killed run left behind are restarted after seconds, not after minutes
            "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.logs),
            "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        }


class AirflowServers(LocalServers):
    """The servers of one Airflow home; ``port`` is the API server's."""

    def __init__(self, home: AirflowHome, port: int = FIRST_PORT) -> None:
        super().__init__(
            "Airflow", "make run", home.folder, home.logs / "components", variable="AIRFLOW_HOME"
        )
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
            [sys.executable, str(pools.with_name("init.py"))],
            self._home.environment(self.port) | {"ADMIN_USER": "", "CONNECTIONS": ""},
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


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _signing_key() -> str:
    return secrets.token_urlsafe(64)  # HS512 needs 64 bytes
