"""What docker-compose.yml runs, run natively: the same commands with the same environment.

Host names, ports, and the paths that volumes and memory are mounted on are exchanged for this machine's; what
else differs is listed in ``PATIENCE``. Where the machine allows it, each is confined as its container is.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest

from local import make_secrets
from local.servers import kill_sessions, members
from tests.compose.compose_file import IMAGE_ROOT, ROOT, load, mounts
from tests.plugins.desk_server import free_port
from tests.postgres_server import OWNER_PASSWORD, Server

ADMIN_PASSWORD = "an administrator's password, with a space and a $"
READY_SECONDS = 300
# A scheduler that was killed is missed after 20 s instead of 30 s, and a pause in looking for it is shorter.
PATIENCE = {
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "20",
}


# As in a container: a read-only root file system but for what is named, no capability, and no way to get one.
CONFINE = """
for folder in $WRITABLE; do mount --bind "$folder" "$folder"; done
mount -o remount,bind,ro /
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
"""


@cache
def can_confine() -> bool:
    """Whether this machine lets us do so: it takes root, and the right to mount."""
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("setpriv") is None:
        return False
    tried = subprocess.run(confined(["true"], set()), capture_output=True, check=False)
    return tried.returncode == 0


def confined(command: list[str], writable: set[str]) -> list[str]:
    """A command that may write to these folders alone."""
    script = CONFINE.replace("$WRITABLE", " ".join(shlex.quote(path) for path in sorted(writable)))
    return ["unshare", "--mount", "--propagation", "private", "sh", "-euc", script, "sh", *command]


@dataclass
class Native:
    """The services on this machine; ``folder`` holds what containers would have as volumes and memory."""

    folder: Path
    postgres: Server
    values: dict[str, str] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    sessions: set[int] = field(default_factory=set)
    python: Path = Path(sys.executable)

    def __post_init__(self) -> None:
        self.ports = {8080: free_port(), 8974: free_port(), 8088: free_port()}
        (self.folder / ".env.example").write_bytes((ROOT / ".env.example").read_bytes())
        assert make_secrets.main(self.folder) == 0
        lines = (self.folder / ".env").read_text().splitlines()
        self.values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        self.values |= {
            "POSTGRES_PASSWORD": OWNER_PASSWORD,
            "AIRFLOW_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "AIRFLOW_PARALLELISM": "3",
            "BACKUP_DIR": str(self.folder / "backups"),
            "AIRFLOW_CONNECTIONS": '{"archive": {"conn_type": "http", "login": "me", "password": "$ecret"}}',
        }

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """The file's services, filled in with what ``make secrets`` has made."""
        services: dict[str, dict[str, Any]] = load(self.values)["services"]
        return services

    @property
    def url(self) -> str:
        """Airflow's address."""
        return f"http://127.0.0.1:{self.ports[8080]}"

    def mounts(self, service: str) -> dict[str, str]:
        """Where a service's volumes and memory are here."""
        content = self.services[service]
        targets = {}
        for mount in mounts(content):
            targets[mount.target] = str((ROOT / mount.source).resolve()) if mount.of_host else ""
        targets |= {mount.split(":")[0]: "" for mount in content["tmpfs"]}
        return {target: here or f"{self.folder}{target}" for target, here in targets.items()}

    def here(self, service: str, text: str) -> str:
        """A text of the compose file with this machine's addresses and paths."""
        if IMAGE_ROOT in text:  # which may itself be below /tmp here
            return text.replace(IMAGE_ROOT, str(ROOT))
        for target, here in sorted(self.mounts(service).items(), reverse=True):
            if text == target or text.startswith(f"{target}/"):
                return here + text.removeprefix(target)
        for name in ("airflow", "superset"):
            address = rf"@postgres:5432/({name}\w*)"
            text = re.sub(address, rf"@/\1?host={self.postgres.folder}", text)
        for host in ("localhost", "api-server", "0.0.0.0"):
            for port, ours in self.ports.items():
                text = text.replace(f"{host}:{port}", f"127.0.0.1:{ours}")
        if text.isdigit():
            return str(self.ports.get(int(text), text))
        return "127.0.0.1" if text == "0.0.0.0" else text

    def environment(self, service: str) -> dict[str, str]:
        """A service's whole environment; nothing of the caller's but the search path for programs."""
        content = self.services[service]
        written = {name: self.here(service, value) for name, value in content["environment"].items()}
        if "PGHOST" in written:
            written["PGHOST"] = str(self.postgres.folder)
        patience = PATIENCE if content["image"] == "news-pipeline:local" else {}
        return {
            "PATH": f"{self.python.parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": self.here(service, "/opt/airflow"),
            "TMPDIR": self.here(service, "/tmp"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "no_proxy": "*",
            **written,
            **patience,
        }

    def command(self, service: str, command: list[str] | None = None) -> list[str]:
        """A service's command, or another one, as it is run here."""
        words = [self.here(service, part) for part in command or self.services[service]["command"]]
        return confined(words, self.writable(service)) if can_confine() else words

    def writable(self, service: str) -> set[str]:
        """The folders that a service may write: memory, and volumes that aren't mounted read-only."""
        kept = {mount.target for mount in mounts(self.services[service]) if mount.read_only}
        return {here for target, here in self.mounts(service).items() if target not in kept}

    def run(self, service: str, command: list[str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a service's command, or another one in its place, to its end."""
        self._make_mounts(service)
        return subprocess.run(
            self.command(service, command),
            env=self.environment(service),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def start(self, service: str) -> None:
        """Start a server; returns at once."""
        self._make_mounts(service)
        with self.log(service).open("ab") as output:
            process = subprocess.Popen(
                self.command(service),
                env=self.environment(service),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.running[service] = process
        self.sessions.add(process.pid)

    def wait_until_healthy(self, *services: str) -> None:
        """Ask each service's own health check until it is content, as its container would be asked."""
        deadline = time.monotonic() + READY_SECONDS
        for service in services:
            check = self.services[service]["healthcheck"]["test"][1:]
            while self.run(service, check).returncode:
                if self.running[service].poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"{service} isn't up:\n{self.log(service).read_text()[-4000:]}")
                time.sleep(0.5)

    def stop(self, service: str) -> tuple[int, list[str]]:
        """Stop a server as Docker does: SIGTERM, and a grace period. Its exit code, and who is left of it."""
        process = self.running.pop(service)
        process.send_signal(signal.SIGTERM)
        grace = self.services[service]["stop_grace_period"]
        code = process.wait(timeout=float(grace.removesuffix("s")))
        left = [" ".join(psutil.Process(pid).cmdline()) for pid in members({process.pid})]
        kill_sessions({process.pid})  # as all processes of a container end with its first
        return code, left

    def kill(self, service: str) -> None:
        """End a server and all that it has started at once, as a container that is out of memory ends."""
        process = self.running.pop(service)
        kill_sessions({process.pid})
        process.wait(timeout=30)

    def end(self) -> None:
        """Leave no process."""
        kill_sessions(self.sessions)
        for process in self.running.values():
            process.wait(timeout=30)

    def log(self, service: str) -> Path:
        """What a service has said."""
        return self.folder / f"{service}.log"

    def _make_mounts(self, service: str) -> None:
        for path in self.mounts(service).values():
            if path.startswith(str(self.folder)):
                Path(path).mkdir(mode=0o755, parents=True, exist_ok=True)


def written_outside_of_mounts(native: Native) -> Iterator[str]:
    """What is in the folder though no volume and no memory is mounted there; logs of ours left out."""
    mounts = {Path(path) for service in native.services for path in native.mounts(service).values()}
    for path in native.folder.rglob("*"):
        if path.is_file() and path.parent != native.folder and not mounts & set(path.parents):
            yield str(path)
