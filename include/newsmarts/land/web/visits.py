"""What a live feed remembers of a page: when it was fetched, and how to ask whether it has changed since.

A visit counts only while the bytes it stands for are landed: a run that was killed after asking and before
its rows were written asks again, in full.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from newsmarts.core import partitions
from newsmarts.core.files import write_atomically
from newsmarts.core.settings import Settings
from newsmarts.land import manifest
from newsmarts.land.capture import Key

log = logging.getLogger(__name__)

_KEPT = timedelta(days=60)  # since it was last listed and asked
_HEADER_CHARS = 500


@dataclass(frozen=True, slots=True)
class Visit:
    """A page's last capture."""

    captured_at: datetime
    checked_at: datetime  # when the site last said that it is still so
    etag: str | None = None
    last_modified: str | None = None

    @property
    def conditions(self) -> dict[str, str]:
        """Headers of a request that is answered in full only if the page has changed."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


class Visits:
    """The visits of one feed, by address; kept in one file."""

    def __init__(self, settings: Settings, feed: str, today: Iterable[Key]) -> None:
        self._path = partitions.web_path(settings.home) / "visits" / f"{feed}.json"
        remembered = self._read()
        days = {visit.captured_at.date() for visit in remembered.values()}
        manifests = (manifest.read(settings.archive, day) for day in days)
        landed = {key for rows in manifests for key in manifest.keys_of(feed, rows)}
        self._visits = {url: visit for url, visit in remembered.items() if (url, visit.captured_at) in landed}
        for url, captured_at in today:
            visit = self._visits.get(url)
            if visit is None or visit.captured_at < captured_at:
                self._visits[url] = Visit(captured_at, captured_at)

    def get(self, url: str) -> Visit | None:
        """The last visit, if its bytes are landed."""
        return self._visits.get(url)

    def captured(self, url: str, at: datetime, headers: Mapping[str, str]) -> None:
        """Note a capture, and what its answer said about asking again."""
        self._visits[url] = Visit(at, at, _short(headers.get("etag")), _short(headers.get("last-modified")))

    def unchanged(self, url: str, at: datetime) -> None:
        """Note that the page is still as it was captured."""
        self._visits[url] = replace(self._visits[url], checked_at=at)

    def save(self, now: datetime) -> None:
        """Write them down, but for those of pages that haven't been heard of for long."""
        kept = {url: visit for url, visit in self._visits.items() if visit.checked_at > now - _KEPT}
        told = {
            url: {name: _told(value) for name, value in asdict(visit).items() if value is not None}
            for url, visit in sorted(kept.items())
        }
        write_atomically(self._path, json.dumps(told, indent=1).encode())

    def _read(self) -> dict[str, Visit]:
        try:
            told = json.loads(self._path.read_bytes())
            return {
                url: Visit(
                    datetime.fromisoformat(visit["captured_at"]).astimezone(UTC),
                    datetime.fromisoformat(visit["checked_at"]).astimezone(UTC),
                    visit.get("etag"),
                    visit.get("last_modified"),
                )
                for url, visit in told.items()
            }
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, KeyError, AttributeError):
            log.warning("%s is damaged: pages are asked for as if for the first time", self._path)
            return {}


def _short(value: str | None) -> str | None:
    return value if value is not None and len(value) <= _HEADER_CHARS else None


def _told(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
