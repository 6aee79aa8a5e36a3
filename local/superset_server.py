"""A local Superset: its folder, virtual environment and secrets, its processes' environment, its server."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from local.servers import LOOPBACK, LocalServerError, LocalServers, ensure_secrets, read_secrets
from newsmarts.core.errors import UsageError
from newsmarts.core.files import write_atomically

ADMIN = "admin"
THREADS = 8  # a dashboard fetches its charts at once


@dataclass(frozen=True, slots=True)
class SupersetHome:
    """One project's Superset: ``folder`` is its own, ``environment`` its virtual environment."""

    project: Path
    folder: Path
    environment: Path
    marts: Path  # the published DuckDB file, through the link to the newest release

    @property
    def files(self) -> Path:
        """What Superset is made from, apart from its packages: settings, provisioning, assets."""
        return self.project / "bi"

    @property
    def python(self) -> Path:
        """The interpreter that has Superset."""
        return self.environment / "bin" / "python"

    @property
    def secrets_file(self) -> Path:
        """The administrator's password and the key that signs sessions."""
        return self.folder / "secrets.json"

    @property
    def logs(self) -> Path:
        """Logs of the server and of provisioning."""
        return self.folder / "logs"

    def make(self) -> bool:
        """Make the folder and its secrets, once; True when the password is new.

        Raises:
            UsageError: a path that SQLite's or DuckDB's addresses can't hold.
            LocalServerError: the folder can't be written.
        """
        for path in (self.folder, self.marts):
            if "?" in str(path):
                raise UsageError(f"Superset can't work in {path}: name a folder without a question mark.")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.logs.mkdir(exist_ok=True)
            shutil.rmtree(self.folder / "spill", ignore_errors=True)  # what a killed server left
            made = ensure_secrets(
                self.secrets_file,
                {
                    "password": lambda: secrets.token_urlsafe(12),
                    "secret_key": lambda: secrets.token_urlsafe(48),
                },
            )
        except OSError as error:
            raise LocalServerError(
                f"{self.folder} can't be written: {error.strerror}. Make room or fix its permissions."
            ) from None
        return "password" in made

    def install(self) -> bool:
        """Install what the lock file lists; False when it was installed already.

        Raises:
            LocalServerError: neither uv nor pip could install it.
        """
        lock = self.files / "requirements.txt"
        wanted = f"{sys.version_info.major}.{sys.version_info.minor} {_digest([lock])}"
        stamp = self.environment / ".installed"
        installed = stamp.read_text() if self.python.exists() and stamp.exists() else ""
        if installed == wanted:
            return False
        print(f"Installing Superset in {self.environment} (700 MB) …", flush=True)
        log = self.logs / "install.log"
        if installed.partition(" ")[0] != wanted.partition(" ")[0]:
            shutil.rmtree(self.environment, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(self.environment)], log)
        stamp.unlink(missing_ok=True)
        # compiled now, because Superset's processes don't store what they compile
        sync = [sys.executable, "-m", "uv", "pip", "sync", "--compile-bytecode"]
        uv = [*sync, "--python", str(self.python), str(lock)]
        # pip is slower, and knows a mirror that is set up for pip only
        pip = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check", "-r", str(lock)]
        if not _run(uv, log) and not _run(pip, log):
            raise LocalServerError(
                f"Superset can't be installed: {_last_error(log)}\nThe full log is {log}. It needs a "
                "package index for pip, 700 MB of disk, and Python 3.11 (others weren't tried). Run it again."
            )
        write_atomically(stamp, wanted.encode())
        return True

    def password(self) -> str:
        """The administrator's first password; one that was changed in Superset isn't known here."""
        return str(read_secrets(self.secrets_file)["password"])

    def dashboards(self) -> list[str]:
        """The last parts of the dashboards' addresses."""
        return sorted(path.stem for path in (self.files / "assets" / "dashboards").glob("*.yaml"))

    def provisioned_with(self) -> str:
        """A digest of all that provisioning reads."""
        used = [self.files / "requirements.txt", *sorted(self.files.glob("*.py"))]
        used += [self.project / "docs" / "questions.md", *sorted((self.files / "assets").rglob("*.yaml"))]
        return f"{_digest(used)} {os.environ.get('NEWS_BI_DESK_URL', '')}".strip()

    def process_environment(self) -> dict[str, str]:
        """The full environment of Superset's processes.

        The caller's variables for Superset, Flask and Python are left out: they may be another program's.
        """
        foreign = ("SUPERSET", "FLASK", "PYTHON", "GUNICORN", "VIRTUAL_ENV", "TALISMAN")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return {
            **inherited,
            "PATH": os.pathsep.join([str(self.environment / "bin"), os.environ.get("PATH", "")]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NO_COLOR": "1",
            "TZ": "UTC",  # DuckDB shows moments in it
            "SUPERSET_HOME": str(self.folder),
            "SUPERSET_CONFIG_PATH": str(self.files / "superset_config.py"),
            "NEWS_BI_FOLDER": str(self.folder),
            "NEWS_BI_MARTS": str(self.marts),
        }


class SupersetServer(LocalServers):
    """The server of one Superset folder, and its database."""

    def __init__(self, home: SupersetHome) -> None:
        super().__init__(
            "Superset", "make bi", home.folder, home.logs, variable="NEWS_BI_FOLDER", umask=0o077
        )
        self._home = home
        self._stamp = home.folder / "provisioned"

    def provision(self) -> bool:
        """Make Superset's database and dashboards what the files say; False when they are already.

        Raises:
            LocalServerError: Superset rejected the files, or can't use the database of an earlier run.
        """
        database = self._home.folder / "superset.db"
        wanted = self._home.provisioned_with()
        if database.exists() and self._stamp.exists() and self._stamp.read_text() == wanted:
            return False
        self._stamp.unlink(missing_ok=True)
        print("Setting up Superset's database and dashboards; about a minute …", flush=True)
        assets = self._home.files / "assets"
        self._run_provision(
            "import",
            assets,
            f"Superset can't be set up from {assets}",
            f"Fix the file it names; or, if it is the database {database}: that holds Superset's own "
            "records (users, dashboards made by hand), and no news, so it may be removed.",
        )
        database.chmod(0o600)
        write_atomically(self._stamp, wanted.encode())
        return True

    def export(self, folder: Path) -> None:
        """Write the dashboards as Superset has them to YAML files in the folder.

        Raises:
            LocalServerError: there is no database yet, or it can't be read.
        """
        if not self._stamp.exists():
            raise LocalServerError(f"{self._home.folder} holds no dashboards yet. Run `make bi` first.")
        folder.mkdir(parents=True, exist_ok=True)
        self._run_provision("export", folder, "Superset can't export its dashboards", "")

    def start(self, port: int) -> None:
        """Start the server; returns at once."""
        options = {
            "bind": f"{LOOPBACK}:{port}",
            "workers": "1",
            "worker-class": "gthread",
            "threads": str(THREADS),
            "timeout": "120",
            "graceful-timeout": "2",
        }
        gunicorn = ["-m", "gunicorn", *(f"--{name}={value}" for name, value in options.items())]
        command = [str(self._home.python), *gunicorn, "--no-control-socket", "superset.app:create_app()"]
        self.spawn("server", command, self._home.process_environment(), self._home.folder)

    def _run_provision(self, verb: str, folder: Path, failure: str, advice: str) -> None:
        self.run(
            verb,
            [str(self._home.python), str(self._home.files / "provision.py"), verb, str(folder)],
            self._home.process_environment(),
            self._home.folder,
            failure=failure,
            advice=advice,
        )


def _digest(paths: list[Path]) -> str:
    """A digest of these files' names and contents."""
    parts = [path.name.encode() + b"\0" + path.read_bytes() + b"\0" for path in paths]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _run(command: list[str], log: Path) -> bool:
    """Run a command, its output appended to a log; whether it succeeded."""
    with log.open("ab") as output:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
    return done.returncode == 0


def _last_error(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["no output"])[-1]
