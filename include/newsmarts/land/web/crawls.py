"""Common Crawl's crawls: which of them have a day, and where the index of each is."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

from newsmarts.core.files import write_atomically
from newsmarts.land.web import cdx
from newsmarts.land.web.client import Client

# The list grows once a month; a backfill asks for it once and not a thousand times.
_KEPT_SECONDS = 86_400
_WEEKLY = re.compile(r"CC-MAIN-(\d{4})-(\d{2})")
# A crawl is named by a week near its start and takes some weeks; the list tells the exact days since 2023.
_BEFORE, _AFTER = timedelta(days=14), timedelta(days=49)


@dataclass(frozen=True, slots=True)
class Collection:
    """One crawl."""

    name: str
    index_url: str
    first_day: date | None = None
    last_day: date | None = None

    def may_have(self, day: date) -> bool:
        """Whether captures of this day may be in it."""
        if self.first_day is not None and self.last_day is not None:
            return self.first_day <= day <= self.last_day
        week = _WEEKLY.fullmatch(self.name)
        if week is None:  # the first ones, of 2008 to 2012: asked rather than guessed
            return day.year <= 2012
        try:
            monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        except ValueError:
            return True
        return monday - _BEFORE <= day <= monday + _AFTER


def named(index_url: str, names: tuple[str, ...]) -> list[Collection]:
    """The collections that the feed's table names."""
    return [Collection(name, urljoin(index_url, f"{quote(name)}-index")) for name in names]


def of_day(
    client: Client, index_url: str, day: date, kept_in: Path, pause_seconds: float
) -> list[Collection]:
    """The collections that may have a day, the older first.

    Raises:
        FeedUnavailable, FeedRefused: their list can't be had.
    """
    found = [each for each in _all(client, index_url, kept_in, pause_seconds) if each.may_have(day)]
    return sorted(found, key=lambda each: each.name)


def _all(client: Client, index_url: str, kept_in: Path, pause_seconds: float) -> list[Collection]:
    url = urljoin(index_url, "collinfo.json")
    path = kept_in / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.json"
    kept = _kept(path)
    if kept is not None:
        return kept
    reply = cdx.ask_index(client, url, pause_seconds=pause_seconds)
    try:
        collections = list(_read(reply.body))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise cdx.no_index(reply) from None
    write_atomically(path, reply.body)
    return collections


def _kept(path: Path) -> list[Collection] | None:
    try:
        if time.time() - path.stat().st_mtime > _KEPT_SECONDS:
            return None
        return list(_read(path.read_bytes()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _read(body: bytes) -> Iterator[Collection]:
    for told in json.loads(body):
        yield Collection(str(told["id"]), str(told["cdx-api"]), _day(told.get("from")), _day(told.get("to")))


def _day(text: Any) -> date | None:
    return None if text is None else datetime.fromisoformat(str(text)).date()
