"""Progress on standard error: a bar on a terminal, a line for each finished step elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from newsmarts.core.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar


class LineProgress(Progress):
    """A line as each step ends: ``2025-09-01: 14 captures, 8 valid, 6 quarantined (1.2 s)``.

    Days have pages; from the second one on the line also has how many days and pages were done a second.
    """

    def __init__(self) -> None:
        self._began: dict[str, float] = {}
        self._first_began = 0.0
        self._steps_with_pages = 0
        self._pages = 0

    def start(self, step: str) -> None:
        """Remember when the step began; it is the last one now."""
        self._began.pop(step, None)
        self._began[step] = time.monotonic()

    def finish(self, result: str = "", *, step: str | None = None, pages: int = 0) -> None:
        """Print the step's line."""
        step = next(reversed(self._began)) if step is None else step
        began = self._began.pop(step)
        if pages:
            self._first_began = self._first_began or began
            self._steps_with_pages += 1
            self._pages += pages
        text = f"{step}: {result}" if result else step
        speed = self._speed() if pages and self._steps_with_pages > 1 else ""
        self.show_line(f"{text} ({time.monotonic() - began:.1f} s{speed})")

    def _speed(self) -> str:
        seconds = max(time.monotonic() - self._first_began, 0.001)
        days, pages = (
            f"{count / seconds:,.{0 if count > 10 * seconds else 2}f}"
            for count in (self._steps_with_pages, self._pages)
        )
        return f"; {days} days/s, {pages} pages/s"

    def show_line(self, line: str) -> None:
        """Print one line."""
        print(line, file=sys.stderr, flush=True)


class BarProgress(LineProgress):
    """The same lines above a bar, which goes away at the end."""

    def __init__(self, bar: Bar) -> None:
        super().__init__()
        self._bar = bar
        self._total = 0
        self._task = bar.add_task("", total=None)

    def plan(self, steps: int) -> None:
        """Lengthen the bar."""
        self._total += steps
        self._bar.update(self._task, total=self._total)

    def start(self, step: str) -> None:
        """Name the step beside the bar."""
        super().start(step)
        self._bar.update(self._task, description=step)

    def finish(self, result: str = "", *, step: str | None = None, pages: int = 0) -> None:
        """Print the step's line and move the bar on."""
        super().finish(result, step=step, pages=pages)
        self._bar.advance(self._task)

    def show_line(self, line: str) -> None:
        """Print above the bar."""
        self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Show the progress of the block's work: lines where standard error isn't a terminal or logs go there."""
    if not sys.stderr.isatty() or logging.getLogger().level <= logging.INFO:
        yield LineProgress()
        return
    from rich import progress as rich  # noqa: PLC0415 (a command that shows none doesn't wait for it)
    from rich.console import Console  # noqa: PLC0415

    columns = (
        rich.SpinnerColumn(),
        rich.TextColumn("{task.description}", markup=False),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeElapsedColumn(),
    )
    # what a command prints goes to standard output, also while the bar is shown
    with rich.Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        yield BarProgress(bar)
