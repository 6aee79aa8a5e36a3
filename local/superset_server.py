"""Superset's server over one Superset folder."""

from __future__ import annotations

from pathlib import Path

from local.servers import LOOPBACK, LocalServerError, LocalServers, Program
from local.superset_home import SupersetHome
from newsmarts.core.files import write_atomically

THREADS = 8  # a dashboard fetches its charts at once


class SupersetServer(LocalServers):
    """The server of one Superset folder, and its database."""

    def __init__(self, home: SupersetHome) -> None:
        super().__init__(
            Program(
                "Superset", "make bi", home.folder, home.logs, folder_variable="NEWS_BI_FOLDER", umask=0o077
            )
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
        self._spawn_python("server", [*gunicorn, "--no-control-socket", "superset.app:create_app()"])

    def _spawn_python(self, name: str, arguments: list[str]) -> None:
        command = [str(self._home.python), *arguments]
        self.spawn(name, command, self._home.process_environment(), self._home.folder)

    def _run_provision(self, verb: str, folder: Path, failure: str, advice: str) -> None:
        self.run(
            verb,
            [str(self._home.python), str(self._home.files / "provision.py"), verb, str(folder)],
            self._home.process_environment(),
            self._home.folder,
            failure=failure,
            advice=advice,
        )
