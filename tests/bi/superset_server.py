"""A Superset as ``make bi`` starts it, for the tests that look at it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import psutil

from newsmarts.core.partitions import published_path
from newsmarts.core.settings import PROJECT_ROOT

START_SECONDS = 900  # installing it takes a while where nothing is in the cache yet


@dataclass
class Superset:
    """One home's Superset: its own folder, and the environment that ``make bi`` uses too."""

    home: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    seconds: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        return str(json.loads((self.folder / "secrets.json").read_bytes())["password"])

    def command(self, *options: str) -> list[str]:
        places = ["--home", str(self.home), "--folder", str(self.folder)]
        environment = ["--environment", str(PROJECT_ROOT / ".bi" / "env")]
        return [sys.executable, "-m", "local.bi", *places, *environment, *options]

    def start(self) -> str:
        """Start it and wait until it is up; what it printed."""
        log = self.folder.parent / "make-bi.log"
        began = time.monotonic()
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                self.command("--port", str(self.port)), cwd=PROJECT_ROOT, stdout=output, stderr=output
            )
        while "Press Ctrl-C to stop Superset." not in log.read_text():
            assert self.process.poll() is None, log.read_text()
            assert time.monotonic() < began + START_SECONDS, log.read_text()
            time.sleep(0.2)
        self.seconds.append(time.monotonic() - began)
        return log.read_text()

    def stop(self) -> int:
        """End it as Ctrl-C does; its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=60)
        self.process = None
        return code

    def processes(self) -> list[psutil.Process]:
        """Every process that was started with this folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("NEWS_BI_FOLDER") == str(self.folder):
                    found.append(process)
            except psutil.Error:
                continue
        return found


def publish_anew(home: Path, statements: list[str]) -> None:
    """Publish a copy of the current release with these changes, as a publish does: the link moves on."""
    current = published_path(home)
    old = current.resolve()
    number = int(re.match(r"\d+", old.parent.name)[0]) + 1  # type: ignore[index]
    folder = old.parent.parent / f"{number:06d}-changed"
    folder.mkdir()
    shutil.copyfile(old, folder / "news.duckdb")
    with duckdb.connect(str(folder / "news.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)
    (folder / "news.duckdb").chmod(0o444)
    link = current.parent.with_name("next")
    link.symlink_to(os.path.relpath(folder, link.parent))
    os.replace(link, current.parent)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
