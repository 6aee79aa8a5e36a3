"""What runs in a process of its own, with faults laid in its way."""

from __future__ import annotations

import errno
import faulthandler
import importlib
import logging
import os
import resource
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

import time_machine

from newsmarts.core.errors import NewsError
from newsmarts.core.failures import failure_of
from newsmarts.core.settings import Settings, load_settings
from tests.switch import order

Action = Literal[
    "kill",
    "stop",
    "full",
    "broken disk",
    "fill",
    "use up inodes",
    "vanish",
    "clock",
    "store away",
    "no memory",
]
BALLAST = "ballast"  # a file of the home that fills its disk
_ERRORS = {"full": errno.ENOSPC, "broken disk": errno.EIO}


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at the n-th call of a function, such as ``os.replace`` or ``newsmarts.pipeline.load``.

    ``before`` the call or ``after`` it, the process kills itself as a power cut would, or stops until it is
    let go on, or the call fails as on a full or a broken disk. Or the home's disk is filled but for
    ``left_bytes`` or ``left_inodes``, the ``target`` removed, the clock set by ``days_off``. Or the object
    store behind the switch ``target`` is away, for ``seconds`` or until it is brought back, or the process
    gets no more memory, in the control group ``target``. With ``only``, calls count whose arguments have
    this text in them.
    """

    at: str
    when: Literal["before", "after"] = "before"
    nth: int = 1
    action: Action = "kill"
    only: str = ""
    left_bytes: int = 0
    left_inodes: int = 0
    target: str = ""
    days_off: float = 0.0
    seconds: float = 0.0

    def reported(self) -> str:
        """The fault in a few words."""
        what = {"kill": "kill -9", "full": "no space left", "broken disk": "input/output error"}
        nth = "" if self.nth == 1 else f"call {self.nth} of "
        return f"{what.get(self.action, self.action)} {self.when} {nth}{self.at.removeprefix('newsmarts.')}"


def lay(fault: Fault, home: Path) -> None:
    """Put the fault in the way of everything that this process does from now on."""
    owner, name = _owner(fault.at)
    real = getattr(owner, name)
    lock = threading.Lock()
    calls = 0

    def faulty(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        hit = False
        if not fault.only or fault.only in repr((arguments, options)):
            with lock:
                calls += 1
                hit = calls == fault.nth
        if hit and fault.when == "before":
            strike(fault, home)
        answer = real(*arguments, **options)
        if hit and fault.when == "after":
            strike(fault, home)
        return answer

    setattr(owner, name, faulty)


def strike(fault: Fault, home: Path) -> None:
    """Let it happen."""
    if fault.action in _ERRORS:
        number = _ERRORS[fault.action]
        raise OSError(number, os.strerror(number))
    happens: dict[Action, Callable[[], object]] = {
        "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
        "fill": lambda: fill(home, fault.left_bytes),
        "use up inodes": lambda: use_up_inodes(home, fault.left_inodes),
        "vanish": lambda: remove(Path(fault.target)),
        "clock": lambda: set_clock(fault.days_off),
        "store away": lambda: order(fault.target, str(fault.seconds or "off")),
        "no memory": lambda: Path(fault.target, "cgroup.procs").write_text(str(os.getpid())),
    }
    happens[fault.action]()


def fill(home: Path, left_bytes: int) -> None:
    """Fill the home's disk with a file, so that so many bytes are left."""
    disk = os.statvfs(home)
    size_bytes = disk.f_bavail * disk.f_frsize - left_bytes
    with (home / BALLAST).open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size_bytes)


def use_up_inodes(home: Path, left: int) -> None:
    """Make empty files, so that no more than so many others can be made on the home's disk."""
    folder = home / BALLAST
    folder.mkdir()
    for number in range(os.statvfs(home).f_favail - left):
        (folder / str(number)).touch()


def set_clock(days_off: float) -> None:
    """Let this process's clock run so many days ahead, or behind."""
    time_machine.travel(datetime.now(UTC) + timedelta(days=days_off), tick=True).start()


def remove(path: Path) -> None:
    """Remove a file, a link or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _owner(dotted: str) -> tuple[Any, str]:
    parts = dotted.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            owner: Any = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:-1]:
            owner = getattr(owner, part)
        getattr(owner, parts[-1])
        return owner, parts[-1]
    raise LookupError(dotted)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the process is allowed: the largest file it may write, and whether it dies of a larger one."""

    file_bytes: int | None = None
    deadly: bool = False

    def apply(self) -> None:
        """Set them, for this process."""
        if self.file_bytes is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL if self.deadly else signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.file_bytes, self.file_bytes))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


Work = Callable[..., Any]


def main(  # noqa: PLR0917 - a process is given them in order
    log: Path,
    overrides: dict[str, Any],
    faults: tuple[Fault, ...],
    limits: Limits,
    work: Work,
    arguments: dict[str, Any],
    gate: Connection | None,
) -> None:
    """The child: exit code 0 when the work was done, 1 with the message of an error raised on purpose or by
    the system, 3 with the traceback of any other.
    """
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.stdout = sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115
    faulthandler.enable()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr, force=True)
    os.environ.update(overrides.pop("environment", {}))
    for fault in faults:
        lay(fault, Path(overrides["home"]))
    settings = load_settings(**overrides)
    limits.apply()
    if gate is not None:
        gate.recv()  # a tracer is being attached
    try:
        work(settings, **arguments)
    except (NewsError, OSError) as error:
        print(f"error: {type(error).__name__}: {error}")
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - it is printed
        if failure := failure_of(error):
            print(f"error: {type(failure).__name__}: {failure}")
            sys.exit(1)
        traceback.print_exc()
        sys.exit(3)


def run(settings: Settings, days: list[date] | None = None) -> None:
    """All stages, as ``newsmarts run`` does them."""
    from newsmarts import pipeline

    result = pipeline.run(settings, days=days)
    if result.failed_days or result.failed_feeds:
        raise NewsError(f"{result.failed_days or result.failed_feeds}")


def stage(settings: Settings, name: str, day: date | None = None) -> None:
    """One stage: land, parse, validate or load of a day; build, audit or publish; or a backup."""
    from newsmarts import pipeline
    from newsmarts.ops.backup.make import make_backup

    if name == "back_up":
        make_backup(settings, settings.home.with_name("backups"))
        return
    function = getattr(pipeline, name)
    function(settings) if day is None else function(day, settings)


def run_at(settings: Settings, days_off: float) -> None:
    """All stages, by another clock; the days are those that have captures."""
    set_clock(days_off)
    run(settings)


def rebuild(settings: Settings) -> None:
    """Rebuild the warehouse."""
    from newsmarts.load.run import rebuild as rebuild_warehouse

    rebuild_warehouse(settings)
