"""What several commands of ``newsmarts`` share: options, ranges of days, a progress bar."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING

from newsmarts.core.errors import UsageError
from newsmarts.core.partitions import parse_day

if TYPE_CHECKING:
    from newsmarts.pipeline import Progress

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def home_option(parser: argparse.ArgumentParser) -> None:
    """``--home``: the folder of everything, or an object store's URL."""
    parser.add_argument("--home", help="folder of raw/, staged/, warehouse/, marts/ (default: NEWS_HOME)")


def json_option(parser: argparse.ArgumentParser) -> None:
    """``--json``: print JSON for machines."""
    parser.add_argument("--json", action="store_true", help="print JSON for machines")


def as_of_option(parser: argparse.ArgumentParser) -> None:
    """``--as-of``: a release other than the current one."""
    parser.add_argument(
        "--as-of",
        metavar="RELEASE",
        help="a kept release: its id, its number, or a beginning of its id (default: the current one)",
    )


def days_between(first: str, last: str | None, *, names: tuple[str, str]) -> list[date]:
    """Every day from one to another, which is the first when not given; ``names`` are the options'.

    Raises:
        UsageError: one is no day, or the last lies before the first.
    """
    begin = parse_day(first)
    end = parse_day(last) if last is not None else begin
    if end < begin:
        raise UsageError(f"{names[1]} {end} lies before {names[0]} {begin}.")
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def progress_bar() -> Progress:
    """A bar on standard error, gone when all is done."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    @contextmanager
    def progress(total: int) -> Iterator[Callable[[str], None]]:
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("days", total=total)

            def step(label: str) -> None:
                bar.update(task, advance=1, description=label)

            yield step

    return progress
