"""What a live feed remembers of a page: when it was fetched, and how to check whether it has changed since.

A visit counts only while its bytes are landed: a run that was killed between fetching a page and writing its
row fetches it again, in full.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, TypeAdapter, ValidationError

from newsmarts.core import partitions
from newsmarts.core.files import write_atomically
from newsmarts.core.settings import Settings
from newsmarts.land import manifest
from newsmarts.land.capture import Key

log = logging.getLogger(__name__)

_KEPT = timedelta(days=60)  # since the page was last listed and fetched
_HEADER_CHARS = 500

UtcTime = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


class Visit(BaseModel):
    """A page's last capture."""

    captured_at: UtcTime
    checked_at: UtcTime  # when the site last answered that the page is unchanged
    etag: str | None = None
    last_modified: str | None = None

    @property
    def conditions(self) -> dict[str, str]:
        """Headers of a request that is answered in full only if the page has changed."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


_VISITS = TypeAdapter(dict[str, Visit])  # by address


class Visits:
    """The visits of one feed, by address; kept in one file."""

    def __init__(self, settings: Settings, feed: str, today: Iterable[Key]) -> None:
        self._path = partitions.web_path(settings.home) / "visits" / f"{feed}.json"
        remembered = self._load()
        days = {visit.captured_at.date() for visit in remembered.values()}
        manifests = (manifest.read(settings.archive, day) for day in days)
        landed = {key for rows in manifests for key in manifest.keys_of(feed, rows)}
        self._visits = {url: visit for url, visit in remembered.items() if (url, visit.captured_at) in landed}
        for url, captured_at in today:
            visit = self._visits.get(url)
            if visit is None or visit.captured_at < captured_at:
                self._visits[url] = Visit(captured_at=captured_at, checked_at=captured_at)

    def get(self, url: str) -> Visit | None:
        """The last visit, if its bytes are landed."""
        return self._visits.get(url)

    def captured(self, url: str, at: datetime, headers: Mapping[str, str]) -> None:
        """Note a capture, and its answer's headers for the next check."""
        etag, last_modified = _short(headers.get("etag")), _short(headers.get("last-modified"))
        self._visits[url] = Visit(captured_at=at, checked_at=at, etag=etag, last_modified=last_modified)

    def unchanged(self, url: str, at: datetime) -> None:
        """Note that the page is still as it was captured."""
        self._visits[url] = self._visits[url].model_copy(update={"checked_at": at})

    def save(self, now: datetime) -> None:
        """Write the file, without pages that weren't listed for long."""
        kept = {url: visit for url, visit in sorted(self._visits.items()) if visit.checked_at > now - _KEPT}
        write_atomically(self._path, _VISITS.dump_json(kept, indent=1, exclude_none=True))

    def _load(self) -> dict[str, Visit]:
        try:
            return _VISITS.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValidationError:
            log.warning("%s is damaged: all pages are fetched as if for the first time", self._path)
            return {}


def _short(value: str | None) -> str | None:
    return value if value is not None and len(value) <= _HEADER_CHARS else None
