"""``bench feeds``: landing from archives and folders, beside what only reads them."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench.processes import run_step, run_worker
from bench.readers import BENCH, Reader, python_of
from newsmarts.core.settings import Settings, load_settings
from newsmarts.land import run
from newsmarts.land.capture import Found, Item
from newsmarts.land.feeds import make_feed
from samples import html
from samples.generator import FIRST_DAY, Generator

FASTWARC = Reader("fastwarc", "fastwarc", "fastwarc_loop.py")
PAGE_BYTES = 150_000
_DIFFERENT = 100  # rendered pages; the others differ by a comment
_EVERY = 10_000


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


def measure_section(options: Namespace) -> dict[str, Any]:
    """Each landing from an empty home, in a process of its own."""
    effort = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(prefix="news-bench-") as scratch:
        folder = Path(scratch)
        return {
            "warc": _measure_warc(folder, effort),
            "small": [_measure_small(folder, captures) for captures in effort.small],
            "backfill": _measure_backfill(folder, effort),
        }


def _measure_warc(folder: Path, effort: Effort) -> dict[str, Any]:
    print(f"  WARC file of {effort.records:,} pages", file=sys.stderr)
    file, home = folder / "warc" / "a.warc.gz", folder / "home"
    made = run_step(make_warc, file, effort.records, PAGE_BYTES, 1)
    loop = [str(python_of(FASTWARC)), str(BENCH / "workers" / FASTWARC.worker), str(file)]
    rounds = []
    for _ in range(effort.rounds):
        # side by side, because other work on the machine comes and goes
        rounds.append(
            {
                "read": run_worker(loop),
                "store": run_worker([*loop, "store"]),
                "land": run_step(land, home, "warc", file.parent),
                "again": run_step(land, home, "warc", file.parent),
            }
        )
        _remove(home)
    more = folder / "more-warc" / "a.warc.gz"
    run_step(make_warc, more, effort.more_records, PAGE_BYTES, 1)
    larger = run_step(land, home, "warc", more.parent)
    _remove(home)
    return {
        "records": effort.records,
        "file_bytes": made["file_bytes"],
        "page_bytes": made["page_bytes"],
        "rounds": rounds,
        **{
            f"{unit}_of_{name}": statistics.median(
                each[name][f"{unit}_seconds"] / each["land"][f"{unit}_seconds"] for each in rounds
            )
            for name in ("read", "store")
            for unit in ("wall", "cpu")
        },
        "larger": {"records": effort.more_records, **larger},
    }


def _measure_small(folder: Path, captures: int) -> dict[str, Any]:
    print(f"  {captures:,} small captures of one day", file=sys.stderr)
    inbox, home = folder / "inbox", folder / "home"
    run_step(make_inbox, inbox, captures)
    landed, again = (run_step(land, home, "inbox", inbox) for _ in range(2))
    _remove(inbox, home)
    return {"captures": captures, "land": landed, "again": again}


def _measure_backfill(folder: Path, effort: Effort) -> dict[str, Any]:
    print(f"  {effort.days} days from an archive of {effort.captures:,} captures", file=sys.stderr)
    file = folder / "year" / "a.warc.gz"
    run_step(make_warc, file, effort.captures, 15_000, effort.days)
    landed = run_step(land_days, folder / "home", file.parent, effort.days)
    return {"days": effort.days, "captures": effort.captures, **landed}


def _remove(*folders: Path) -> None:
    """Remove folders now, outside of what is measured."""
    for folder in folders:
        shutil.rmtree(folder)
    os.sync()


def make_warc(file: str, records: int, page_bytes: int, days: int) -> dict[str, Any]:
    """Write a gzip WARC file of generated pages, as crawlers do: a member a record, digests, an HTTP head."""
    path = Path(file)
    path.parent.mkdir(parents=True)
    pages = [html.render(each.page, size_bytes=page_bytes).encode() for each in Generator().pages(_DIFFERENT)]
    head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
    start = datetime.combine(FIRST_DAY, datetime.min.time(), UTC)
    total = 0
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for number in range(records):
            page = pages[number % _DIFFERENT] + f"<!-- {number} -->".encode()
            total += len(page)
            moment = start + timedelta(days=number * days // records, seconds=number % 86_400)
            record = writer.create_warc_record(
                f"https://news.example.org/news/{number}",
                "response",
                payload=BytesIO(page),
                length=len(page),
                http_headers=head,
                warc_headers_dict={"WARC-Date": f"{moment:%Y-%m-%dT%H:%M:%SZ}"},
            )
            writer.write_record(record)
    return {"file_bytes": path.stat().st_size, "page_bytes": total}


def make_inbox(inbox: str, captures: int) -> None:
    """Write small text files of one day, a thousand a folder."""
    old = time.time() - 3600
    for number in range(captures):
        path = Path(inbox, FIRST_DAY.isoformat(), f"{number // 1000:04}", f"{number:07}.txt")
        if number % 1000 == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(f"Capture {number}\n".encode() * 60)
        os.utime(path, (old, old))


def land(home: str, kind: str, folder: str) -> dict[str, Any]:
    """Land one day of a feed; ``laps_seconds`` is the time of each ten thousand captures."""
    laps: list[float] = []

    def make_timed(*arguments: Any) -> Any:
        feed = make_feed(*arguments)
        return SimpleNamespace(
            name=feed.name, captures=lambda day, known: _timed(feed.captures(day, known), laps)
        )

    with mock.patch.object(run, "make_feed", make_timed):
        landed = run.run(FIRST_DAY, _settings(home, kind, folder)).landed
    return {"landed": landed, "laps_seconds": laps}


def land_days(home: str, folder: str, days: int) -> dict[str, Any]:
    """Land day after day, the first of which makes the archive's index."""
    settings = _settings(home, "warc", folder)
    start = time.perf_counter()
    landed = run.run(FIRST_DAY, settings).landed
    first_day_seconds = time.perf_counter() - start
    for number in range(1, days):
        landed += run.run(FIRST_DAY + timedelta(days=number), settings).landed
    return {"landed": landed, "first_day_seconds": first_day_seconds}


def _timed(items: Iterable[Item], laps: list[float]) -> Iterator[Item]:
    count, start = 0, time.perf_counter()
    for item in items:
        yield item
        count += isinstance(item, Found)
        if count == _EVERY:
            laps.append(time.perf_counter() - start)
            count, start = 0, time.perf_counter()


def _settings(home: str, kind: str, folder: str) -> Settings:
    feeds = Path(f"{home}.toml")
    feeds.write_text(f'[feeds.bench]\nkind = "{kind}"\nfolder = "{folder}"\n', encoding="utf-8")
    return load_settings(home=Path(home), feeds_file=feeds)
