"""Generated pages in WARC files, and what the stages and the batch functions make of them.

The same six hundred pages are published from a folder on one machine, from an object store, by Celery,
and from tables of Spark: a test of each compares its release with that of the folder (``one_machine``).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, time
from gzip import compress
from pathlib import Path

from newsmarts import pipeline
from newsmarts.core.settings import Settings, load_settings
from newsmarts.release.releases import current_release
from samples import html, text
from samples.generator import Generator
from samples.markup import SKINS

FEED = "crawl"
PAGES, DAYS, ARCHIVES = 600, 30, 4


def record(number: int, page: bytes, media_type: str, at: datetime, *, url: str | None = None) -> bytes:
    """One response record as a gzip member."""
    http = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}; charset=utf-8\r\n\r\n".encode() + page
    address = url or f"https://pages.example.org/{number}"
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number:032}>\r\n"
        f"WARC-Target-URI: {address}\r\nWARC-Date: {at:%Y-%m-%dT%H:%M:%SZ}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return compress(head.encode() + http + b"\r\n\r\n", 1)


def write_archives(
    folder: Path, pages: int = PAGES, *, days: int = DAYS, archives: int = ARCHIVES, seed: int = 7
) -> None:
    """Write generated pages, half of them HTML, into so many WARC files, each with pages of many days."""
    folder.mkdir(parents=True)
    handles = [(folder / f"crawl-{number:02}.warc.gz").open("wb") for number in range(archives)]
    for made in Generator(seed, days).pages(pages):
        rng = random.Random(f"{seed}:{made.number}")
        at = datetime.combine(made.captured_on, time(rng.randrange(24), rng.randrange(60)), UTC)
        if rng.random() < 0.5:
            page, media_type = text.render(made.page), "text/plain"
        else:
            page, media_type = html.render(made.page, rng.choice(SKINS), 0), "text/html"
        handles[made.number % archives].write(record(made.number, page.encode(), media_type, at))
    for handle in handles:
        handle.close()


def settings_of(home: Path, crawl: Path, *, batch: bool, **more: object) -> Settings:
    """A home whose one feed is a folder of WARC files, for the batch functions or for landing."""
    home.mkdir(parents=True, exist_ok=True)
    feeds = home / "feeds.toml"
    lines = [f"[feeds.{FEED}]", 'kind = "warc"', f'folder = "{crawl}"', f"batch = {str(batch).lower()}"]
    feeds.write_text("\n".join(lines), encoding="utf-8")
    return load_settings(home=home, feeds_file=feeds, settle_seconds=0, **more)


def one_machine(crawl: Path, home: Path) -> Settings:
    """A home whose release one machine has made of the archives, without an object store."""
    settings = settings_of(home, crawl, batch=False)
    pipeline.run(settings)
    return settings


def content_of(home: Path) -> str:
    """The hash of the current release's content, which its id ends with."""
    release = current_release(home)
    assert release is not None
    return release.release_id.partition("-")[2]


def without(row: dict[str, object], names: Sequence[str]) -> dict[str, object]:
    """A row without these columns."""
    return {name: value for name, value in row.items() if name not in names}
