"""Processes for disturbed runs, forked from one that has everything imported."""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from tests.faults import child
from tests.faults.child import Fault, Limits, Work

_PATIENCE_SECONDS = 800  # on a busy machine


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: ``code`` is its exit code, or minus the signal that killed it."""

    code: int
    reported: str

    @property
    def killed(self) -> bool:
        return self.code < 0

    @property
    def error(self) -> str:
        """What it said went wrong, for the report."""
        lines = [line for line in self.reported.splitlines() if line.startswith("error: ")]
        return lines[-1].removeprefix("error: ") if lines else ""


class Forks:
    """Starts children from a process that has everything imported."""

    def __init__(self, folder: Path, preload: str = "tests.faults.preload") -> None:
        self._folder = folder
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([preload])
        self._number = 0

    def start(
        self,
        overrides: dict[str, Any],
        work: Work,
        *faults: Fault,
        limits: Limits | None = None,
        gate: Any = None,
        **arguments: Any,
    ) -> Fork:
        """A child at work; give it a gate and it begins when something is sent through it."""
        self._number += 1
        log = self._folder / f"child-{os.getpid()}-{self._number}.log"
        reported = (log, overrides, faults, limits or Limits(), work, arguments, gate)
        process = self._context.Process(target=child.main, args=reported)
        process.start()
        return Fork(process, log)

    def pipe(self) -> Any:
        """Both ends of a gate."""
        return self._context.Pipe(duplex=False)


@dataclass(slots=True)
class Fork:
    """A child, and where it writes its report."""

    process: Any
    log: Path

    def wait(self) -> Ended:
        """Wait for its end."""
        self.process.join(_PATIENCE_SECONDS)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
            raise TimeoutError(f"a child hung:\n{self.log.read_text(errors='replace')[-3000:]}")
        reported = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return Ended(self.process.exitcode, reported)
