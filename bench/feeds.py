"""``bench feeds``: landing from archives and folders, beside what only reads them."""

from __future__ import annotations

import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import run_step
from bench.readers import BENCH, Reader, python_of

FASTWARC = Reader("fastwarc", "fastwarc", "fastwarc_loop.py", "fastwarc")
PAGE_BYTES = 150_000


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    rounds: int
    records: int  # of the WARC file of one day
    more_records: int  # of another, to see whether memory grows
    small: tuple[int, ...]  # small captures in the inbox
    days: int
    captures: int  # of the archive that is landed day by day


FULL = Effort(5, 2_000, 8_000, (10_000, 100_000), 365, 10_000)
QUICK = Effort(1, 300, 900, (1_000, 3_000), 20, 500)


def measure_feeds(effort: Effort) -> dict[str, Any]:
    """Each landing from an empty home, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        folder = Path(scratch)
        return {
            "warc": _warc(folder, effort),
            "small": [_small(folder, captures) for captures in effort.small],
            "backfill": _backfill(folder, effort),
        }


def _warc(folder: Path, effort: Effort) -> dict[str, Any]:
    print(f"  WARC file of {effort.records:,} pages", file=sys.stderr)
    file = folder / "warc" / "a.warc.gz"
    made = _step("make-warc", folder, file, effort.records, PAGE_BYTES, 1)
    loop = [str(python_of(FASTWARC)), str(BENCH / "workers" / FASTWARC.worker), str(file)]
    workers = {"read": loop, "store": [*loop, "store"]}
    rounds = []
    for number in range(effort.rounds):
        # side by side, because other work on the machine comes and goes
        bare = {name: run_step(command, folder / "step.json") for name, command in workers.items()}
        landed = _step("land", folder, folder / f"home-{number}", "warc", file.parent)
        again = _step("land", folder, folder / f"home-{number}", "warc", file.parent)
        rounds.append({**bare, "land": landed, "again": again})
        _step("remove", folder, folder / f"home-{number}")
    more = folder / "more-warc" / "a.warc.gz"
    _step("make-warc", folder, more, effort.more_records, PAGE_BYTES, 1)
    larger = _step("land", folder, folder / "home-more", "warc", more.parent)
    _step("remove", folder, folder / "home-more")
    return {
        "records": effort.records,
        "file_bytes": made["file_bytes"],
        "page_bytes": made["page_bytes"],
        "rounds": rounds,
        **{
            f"{unit}_of_{name}": statistics.median(
                each[name][f"{unit}_seconds"] / each["land"][f"{unit}_seconds"] for each in rounds
            )
            for name in workers
            for unit in ("wall", "cpu")
        },
        "larger": {"records": effort.more_records, **larger},
    }


def _small(folder: Path, captures: int) -> dict[str, Any]:
    print(f"  {captures:,} small captures of one day", file=sys.stderr)
    inbox, home = folder / f"inbox-{captures}", folder / f"home-{captures}"
    _step("make-inbox", folder, inbox, captures)
    landed = _step("land", folder, home, "inbox", inbox)
    again = _step("land", folder, home, "inbox", inbox)
    for used in (inbox, home):
        _step("remove", folder, used)
    return {"captures": captures, "land": landed, "again": again}


def _backfill(folder: Path, effort: Effort) -> dict[str, Any]:
    print(f"  {effort.days} days from an archive of {effort.captures:,} captures", file=sys.stderr)
    file = folder / "year" / "a.warc.gz"
    _step("make-warc", folder, file, effort.captures, 15_000, effort.days)
    landed = _step("backfill", folder, folder / "home-year", file.parent, effort.days)
    return {"days": effort.days, "captures": effort.captures, **landed}


def _step(name: str, folder: Path, *arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.feeds_step", name, *map(str, arguments)]
    return run_step(command, folder / "step.json")
