"""Common Crawl's crawls: which of them have a day, and where the index of each is."""

from __future__ import annotations

import hashlib
import re
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urljoin

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from newsmarts.core.files import write_atomically
from newsmarts.land.web import cdx
from newsmarts.land.web.client import Client

# The list grows once a month; a backfill fetches it once and not a thousand times.
_KEPT_SECONDS = 86_400
_WEEKLY = re.compile(r"CC-MAIN-(\d{4})-(\d{2})")
# A crawl is named by a week near its start and takes some weeks; the list has the exact days since 2023.
_BEFORE, _AFTER = timedelta(days=14), timedelta(days=49)


class Collection(BaseModel):
    """One crawl, as the list of crawls has it."""

    name: str = Field(alias="id")
    index_url: str = Field(alias="cdx-api")
    first_at: datetime | None = Field(default=None, alias="from")
    last_at: datetime | None = Field(default=None, alias="to")

    def may_have(self, day: date) -> bool:
        """Whether captures of this day may be in it."""
        if self.first_at is not None and self.last_at is not None:
            return self.first_at.date() <= day <= self.last_at.date()
        week = _WEEKLY.fullmatch(self.name)
        if week is None:  # the first ones, of 2008 to 2012
            return day.year <= 2012
        try:
            monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        except ValueError:
            return True
        return monday - _BEFORE <= day <= monday + _AFTER


_COLLECTIONS = TypeAdapter(list[Collection])


def named(index_url: str, names: tuple[str, ...]) -> list[Collection]:
    """The collections that the feed's table names."""
    urls = {name: urljoin(index_url, f"{quote(name)}-index") for name in names}
    return [Collection.model_construct(name=name, index_url=url) for name, url in urls.items()]


def of_day(
    client: Client, index_url: str, day: date, kept_in: Path, pause_seconds: float
) -> list[Collection]:
    """The collections that may have a day, the older first.

    Raises:
        FeedUnavailable, FeedRefused: their list can't be fetched.
    """
    found = [each for each in _all(client, index_url, kept_in, pause_seconds) if each.may_have(day)]
    return sorted(found, key=lambda each: each.name)


def _all(client: Client, index_url: str, kept_in: Path, pause_seconds: float) -> list[Collection]:
    url = urljoin(index_url, "collinfo.json")
    path = kept_in / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.json"
    kept = _kept(path)
    if kept is not None:
        return kept
    reply = cdx.query_index(client, url, pause_seconds=pause_seconds)
    try:
        collections = _COLLECTIONS.validate_json(reply.body)
    except ValidationError:
        raise cdx.no_index(reply) from None
    write_atomically(path, reply.body)
    return collections


def _kept(path: Path) -> list[Collection] | None:
    try:
        if time.time() - path.stat().st_mtime > _KEPT_SECONDS:
            return None
        return _COLLECTIONS.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
