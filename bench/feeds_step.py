"""One step of ``bench feeds``, in a process of its own: ``python -m bench.feeds_step STEP …``."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import sys
import time
from base64 import b32encode
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from newsmarts.core.settings import Settings, load_settings
from newsmarts.land import run
from newsmarts.land.capture import Feed, Found, Item, Known
from samples import html
from samples.generator import FIRST_DAY, Generator

_DIFFERENT = 100  # rendered pages; the others differ by a comment
_EVERY = 10_000


def make_warc(path: Path, records: int, page_bytes: int, days: int) -> dict[str, Any]:
    """Write a gzip WARC file of generated pages, as crawlers do: a member a record, digests, an HTTP head."""
    path.parent.mkdir(parents=True)
    pages = [html.render(each.page, size_bytes=page_bytes).encode() for each in Generator().pages(_DIFFERENT)]
    total = 0
    with path.open("wb") as out:
        for number in range(records):
            page = pages[number % _DIFFERENT] + f"<!-- {number} -->".encode()
            total += len(page)
            moment = datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(
                days=number * days // records, seconds=number % 86_400
            )
            out.write(gzip.compress(_record(page, number, moment), compresslevel=6, mtime=0))
    return {"file_bytes": path.stat().st_size, "page_bytes": total}


def make_inbox(folder: Path, captures: int) -> dict[str, Any]:
    """Write small text files of one day, a thousand a folder."""
    for number in range(captures):
        path = folder / FIRST_DAY.isoformat() / f"{number // 1000:04}" / f"{number:07}.txt"
        if number % 1000 == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(f"Capture {number}\n".encode() * 60)
    old = time.time() - 3600
    for folder_name, _, names in os.walk(folder):
        for name in names:
            os.utime(Path(folder_name, name), (old, old))
    return {}


def land(home: Path, kind: str, folder: Path) -> dict[str, Any]:
    """Land one day of a feed, and measure each ten thousand captures."""
    settings = _settings(home, kind, folder)
    laps: list[float] = []
    make = vars(run)["make_feed"]

    def timed(*arguments: Any) -> Feed:
        return _Timed(make(*arguments), laps)

    vars(run)["make_feed"] = timed
    try:
        return _timed(lambda: {"landed": run.run(FIRST_DAY, settings).landed}) | {"laps_seconds": laps}
    finally:
        vars(run)["make_feed"] = make


def backfill(home: Path, folder: Path, days: int) -> dict[str, Any]:
    """Land day after day, the first of which makes the archive's index."""
    settings = _settings(home, "warc", folder)
    seconds: list[float] = []

    def every_day() -> dict[str, Any]:
        landed = 0
        for number in range(days):
            start = time.perf_counter()
            landed += run.run(FIRST_DAY + timedelta(days=number), settings).landed
            seconds.append(time.perf_counter() - start)
        return {"landed": landed}

    return _timed(every_day) | {"first_day_seconds": seconds[0], "other_days_seconds": sum(seconds[1:])}


def remove(path: Path) -> dict[str, Any]:
    """Remove what a step made, outside of what is measured."""
    shutil.rmtree(path)
    os.sync()
    return {}


class _Timed:
    """A feed, with a look at the clock every ten thousand captures."""

    def __init__(self, feed: Feed, laps: list[float]) -> None:
        self.name = feed.name
        self._feed = feed
        self._laps = laps

    def captures(self, day: date, known: Known) -> Iterator[Item]:
        count, start = 0, time.perf_counter()
        for item in self._feed.captures(day, known):
            yield item
            count += isinstance(item, Found)
            if count and count % _EVERY == 0 and isinstance(item, Found):
                self._laps.append(time.perf_counter() - start)
                start = time.perf_counter()


def _settings(home: Path, kind: str, folder: Path) -> Settings:
    feeds = home.with_name(f"{home.name}.toml")
    feeds.write_text(f'[feeds.bench]\nkind = "{kind}"\nfolder = "{folder}"\n', encoding="utf-8")
    return load_settings(home=home, feeds_file=feeds)


def _timed(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    start, before = time.perf_counter(), os.times()
    figures = work()
    after = os.times()
    return figures | {
        "wall_seconds": time.perf_counter() - start,
        "cpu_seconds": after.user + after.system - before.user - before.system,
    }


def _record(page: bytes, number: int, moment: datetime) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nServer: bench\r\n\r\n" + page
    digests = [b32encode(hashlib.sha1(data, usedforsecurity=False).digest()) for data in (page, block)]
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number:032x}>\r\n"
        f"WARC-Date: {moment:%Y-%m-%dT%H:%M:%SZ}\r\nWARC-Target-URI: https://news.example.org/news/{number}\r\n"
        f"WARC-Payload-Digest: sha1:{digests[0].decode()}\r\n"
        f"WARC-Block-Digest: sha1:{digests[1].decode()}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def main(arguments: list[str]) -> None:
    """Run the step that the arguments name, and print its figures as JSON."""
    name, *rest = arguments
    match name:
        case "make-warc":
            figures = make_warc(Path(rest[0]), int(rest[1]), int(rest[2]), int(rest[3]))
        case "make-inbox":
            figures = make_inbox(Path(rest[0]), int(rest[1]))
        case "land":
            figures = land(Path(rest[0]), rest[1], Path(rest[2]))
        case "backfill":
            figures = backfill(Path(rest[0]), Path(rest[1]), int(rest[2]))
        case "remove":
            figures = remove(Path(rest[0]))
        case _:
            raise SystemExit(f"no such step: {name}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
