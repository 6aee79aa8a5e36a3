"""The project's containers on a Docker engine: a checkout of its own, its .env, and commands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local.airflow_api import AirflowApi
from tests.compose.compose_file import COMPOSE_TEXT
from tests.plugins.desk_server import free_port

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
PATIENCE_SECONDS = 1800
IMAGES = ("news-pipeline:local", "news-bi:local", "news-databases:local")


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """A command's output; it fails the test, with what was printed, unless ``check`` is False."""
    check = options.pop("check", True)
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if check and done.returncode:
        pytest.fail(
            f"{shlex.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"[-6000:]
        )
    return done


@contextmanager
def engine(folder: Path) -> Iterator[None]:
    """The engine that answers, or one of Debian's packages for as long as the block lasts."""
    answers = run(
        ["sh", "-c", "docker version && docker compose version && docker buildx version"], check=False
    )
    if answers.returncode == 0:
        yield
        return
    print("No Docker engine with Compose and buildx answers: one is made of Debian's packages …", flush=True)
    run([str(HERE / "engine.sh"), "up", str(folder)])
    exported = run(["bash", "-c", f". {shlex.quote(str(folder / 'env'))} && env -0"]).stdout
    before = dict(os.environ)
    os.environ |= dict(entry.split("=", 1) for entry in exported.split("\0") if entry)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before
        run([str(HERE / "engine.sh"), "down", str(folder)])


def base_image(variable: str, kind: str) -> str:
    """The base image that docker-compose.yml pins, or a stand-in where no registry answers."""
    (pinned,) = re.findall(rf"\$\{{{variable}:-([^}}]+)\}}", COMPOSE_TEXT)
    for command in (["image", "inspect"], ["pull", "--quiet"]):
        if run(["docker", *command, pinned], check=False).returncode == 0:
            return str(pinned)
    stand_in = f"news-stand-in-{kind}:{pinned.partition('@')[0].partition(':')[2]}"
    if run(["docker", "image", "inspect", stand_in], check=False).returncode:
        print(f"{pinned} can't be pulled: a stand-in is made of Debian's packages …", flush=True)
        run([str(HERE / "engine.sh"), "stand-in", kind, stand_in])
    print(f"{pinned} isn't here: {stand_in} is used", flush=True)
    return stand_in


class Stack:
    """The containers of one checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": "news-test",
            "PYTHON": sys.executable,
        }
        self._check_out()
        self.ports = {"AIRFLOW_PORT": free_port(), "SUPERSET_PORT": free_port()}
        self.url = f"http://127.0.0.1:{self.ports['AIRFLOW_PORT']}"
        self.superset_url = f"http://127.0.0.1:{self.ports['SUPERSET_PORT']}"
        self.inbox = folder.parent / "captures"

    def _check_out(self) -> None:
        """Copy what git knows, in a umask that lets no other user read it."""
        listed = run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=PROJECT
        ).stdout
        for name in filter(None, listed.split("\0")):
            source, target = PROJECT / name, self.folder / name
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
                target.write_bytes(source.read_bytes())
                target.chmod(0o750 if os.access(source, os.X_OK) else 0o640)

    @property
    def values(self) -> dict[str, str]:
        """What .env has."""
        lines = (self.folder / ".env").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    def set(self, **values: str) -> None:
        """Change values of .env."""
        path = self.folder / ".env"
        text = path.read_text(encoding="utf-8")
        for name, value in values.items():
            text, count = re.subn(rf"(?m)^{name}=.*$", lambda _, line=f"{name}={value}": line, text)  # type: ignore[misc]
            assert count == 1, name
        path.write_text(text, encoding="utf-8")

    def make(self, target: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A target of the Makefile."""
        command = ["make", "--no-print-directory", f"PYTHON={sys.executable}", target]
        return run(command, cwd=self.folder, env=self.environment, check=check)

    def compose(
        self, *arguments: str, check: bool = True, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """A command of docker compose."""
        command = ["docker", "compose", *arguments]
        return run(command, cwd=self.folder, env=self.environment, check=check, **options)

    def execute(self, service: str, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command in a running container."""
        return self.compose("exec", "-T", service, *command, check=check)

    def containers(self) -> dict[str, str]:
        """The id of each service's container, also of those that have ended."""
        listed = self.compose("ps", "--all", "--format", "{{.Service}} {{.ID}}").stdout
        return dict(line.split() for line in listed.splitlines())

    def wait_until_healthy(self, *services: str) -> None:
        """Wait for the health checks of these services."""

        def states() -> dict[str, str]:
            listed = self.compose("ps", "--format", "{{.Service}} {{.Health}}").stdout.splitlines()
            return dict(line.split(" ", 1) for line in listed)

        def are_healthy() -> bool:
            found = states()
            return all(found.get(service) == "healthy" for service in services)

        self.wait_for(are_healthy, states)

    def wait_for(self, condition: Callable[[], object], describe: Callable[[], object]) -> None:
        """Wait until something holds; fail with a description of what is instead."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                logs = self.compose("logs", "--tail", "20", check=False).stdout
                pytest.fail(f"not so after {PATIENCE_SECONDS} s: {describe()}\n{logs}"[-8000:])
            time.sleep(4)  # each look is a third of a second of CPU time

    def api(self) -> AirflowApi:
        """A session of the administrator."""
        api = AirflowApi(self.url, self.values["AIRFLOW_ADMIN_USER"], self.values["AIRFLOW_ADMIN_PASSWORD"])
        api.log_in()
        return api

    def release(self) -> str:
        """The folder of the current release, such as 000002-3f9c0a1b2c4d."""
        return (
            self.execute("api-server", "readlink", "/var/lib/news/marts/current")
            .stdout.strip()
            .rpartition("/")[2]
        )

    def remove(self) -> None:
        """Containers, volumes and networks."""
        self.compose(
            "--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "20", check=False
        )
