"""Runs that are killed at any of their writing system calls, those of DuckDB, Arrow and tantivy included.

strace counts the calls of an undisturbed run, and kills other runs at numbers that the seed draws, spread
over all of it.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.forks import Ended
from tests.faults.report import Case
from tests.faults.scene import Scene, World

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

KILLS = 16
CALLS = (
    "write,pwrite64,writev,fsync,fdatasync,ftruncate,rename,renameat2,link,linkat,symlink,unlink,unlinkat,"
    "mkdir,rmdir,copy_file_range,sendfile,fallocate"
)


def traced(scene: Scene, log: Path, *inject: str) -> Ended:
    """A run under strace; skips, saying why, where that can't be."""
    if shutil.which("strace") is None:
        pytest.skip("strace isn't installed: apt install strace")
    gate, opener = scene.world.forks.pipe()
    fork = scene.start(gate=gate)
    pid = fork.process.pid
    command = ["strace", "-f", "-y", "-q", "-o", str(log), "-e", f"trace={CALLS}", *inject, "-p", str(pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        while not _is_traced(pid):
            if tracer.poll() is not None:
                fork.process.kill()
                pytest.skip(f"strace can't trace here: {tracer.stderr.read() if tracer.stderr else ''}")
            time.sleep(0.02)
        opener.send(True)
        return fork.wait()


def _is_traced(pid: int) -> bool:
    with suppress(FileNotFoundError):
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        return "TracerPid:\t0\n" not in status
    return False


@pytest.fixture(scope="session")
def calls(world: World, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many writing calls the busiest thread of an undisturbed run makes."""
    folder = tmp_path_factory.mktemp("counted")
    ended = traced(world.scene(folder), folder / "strace.log")
    assert ended.code == 0, ended.reported[-3000:]
    threads = Counter(line.split()[0] for line in _lines(folder / "strace.log"))
    return threads.most_common(1)[0][1]


def _lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


@pytest.mark.parametrize("part", range(1, KILLS + 1))
def test_killed_at_call(scene: Scene, case: Case, calls: int, tmp_path: Path, part: int) -> None:
    width = calls / KILLS
    number = max(1, int((part - 1) * width + case.rng.random() * width))
    log = tmp_path / "strace.log"
    with scene.watched() as watch:
        ended = traced(scene, log, "-e", f"inject={CALLS}:signal=SIGKILL:when={number}")
        case.broke(f"kill -9 at writing call {number} of {calls}{_where(log, scene)}")
        assert ended.code in (0, -signal.SIGKILL), ended.reported[-3000:]
        case.saw("" if ended.killed else "this run made fewer calls, and ended well")
        left = scene.leftovers()
        scene.recover()
    case.saw(f"it left {len(left)} temporary names" if left else "", watch.reported(), scene.check())


def _where(log: Path, scene: Scene) -> str:
    """Which call of what file it was."""
    for line in reversed(_lines(log)):
        if found := re.search(r"\d+\s+(\w+)\((.*)", line):
            call, rest = found.groups()
            paths = re.findall(rf"{re.escape(str(scene.home))}/([^>\",]+)", rest)
            shown = [re.sub(r"[0-9a-f]{32,}", "…", path) for path in paths[:1]]
            return f": {call} {shown[0] if shown else ''}".rstrip()
    return ""
