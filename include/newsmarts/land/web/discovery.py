"""Finding the pages that a site names as new, from its sitemaps and listing pages on."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from newsmarts.core.errors import BadAddress, CaptureError
from newsmarts.land.archives.warc_record import status_reason
from newsmarts.land.config import LiveConfig
from newsmarts.land.names import host_matches
from newsmarts.land.web.addresses import Address, parse, resolve
from newsmarts.land.web.exchange import Reply
from newsmarts.land.web.robots import Robot
from newsmarts.land.web.sitemaps import Entry, read_links, read_sitemap

log = logging.getLogger(__name__)

_OK = 200
_LIST_BYTES = 64 * 1024 * 1024
_MAX_LISTS = 50
_ROBOTS = "/robots.txt"
# "/sitemap-2025-9.xml", "/2025/09/sitemap.xml"
_MONTH = re.compile(r"(?<!\d)(20\d\d)[-_/]?(\d{1,2})(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page that may be new."""

    address: Address
    changed_at: datetime | None

    @property
    def url(self) -> str:
        """Its address, written one way only."""
        return str(self.address)

    def or_later(self, other: Candidate | None) -> Candidate:
        """The one of two entries of a page with the later time."""
        if other is None or other.changed_at is None:
            return self
        return self if self.changed_at is not None and self.changed_at > other.changed_at else other


class Discovery:
    """Reads a feed's lists for one day."""

    def __init__(self, config: LiveConfig, day: date, robot: Robot) -> None:
        self._config = config
        self._day = day
        self._robot = robot
        self._oldest = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(
            days=config.max_age_days
        )
        self._articles = re.compile("|".join(f"(?:{path})" for path in config.article_paths))
        self._fetched_lists: set[str] = set()
        self.passed_over: Counter[str] = Counter()

    def starts(self) -> list[tuple[str, bool]]:
        """The addresses to begin with, and whether each is a sitemap."""
        config = self._config
        return [
            *((self._filled(url), True) for url in config.sitemaps),
            *((self._filled(url), False) for url in config.listings),
        ]

    def candidates(self, url: str, *, is_sitemap: bool) -> Iterator[Candidate]:
        """The articles that a list names, and the lists that it names in turn.

        Raises:
            CaptureError: the list can't be fetched, or read.
            HostRefused, FeedError: its host refuses us, or doesn't answer.
        """
        if not is_sitemap:
            reply = self._fetched(url)
            yield from self._picked(read_links(reply.body), reply.address)
            return
        address = parse(url)
        if address.target == _ROBOTS:
            for named in self._robot.sitemaps(address):
                yield from self._of_part(Entry(named), address, depth=0)
        else:
            yield from self._of_sitemap(url, depth=0)

    def _of_sitemap(self, url: str, depth: int) -> Iterator[Candidate]:
        if url in self._fetched_lists or len(self._fetched_lists) >= _MAX_LISTS or depth > 2:
            return
        self._fetched_lists.add(url)
        reply = self._fetched(url)
        listing = read_sitemap(reply.body, max_bytes=_LIST_BYTES)
        yield from self._picked(listing.pages, reply.address)
        for part in listing.sitemaps:
            yield from self._of_part(part, reply.address, depth + 1)

    def _of_part(self, part: Entry, base: Address, depth: int) -> Iterator[Candidate]:
        """What a sitemap that another list names has; an unreadable one costs no other."""
        if not self._is_of_now(part):
            self.passed_over["other_sitemap"] += 1
            return
        try:
            yield from self._of_sitemap(str(resolve(base, part.url)), depth)
        except (BadAddress, CaptureError) as error:
            log.warning("%s: sitemap %r can't be read: %s", self._config.name, part.url, error)
            self.passed_over["unreadable_sitemap"] += 1

    def _is_of_now(self, part: Entry) -> bool:
        """Whether a part of a sitemap index can name anything new."""
        month = _MONTH.search(part.url)
        if month is not None:
            listed = (int(month[1]), int(month[2]))
            return listed in {(day.year, day.month) for day in (self._day, self._oldest.date())}
        return part.changed_at is None or part.changed_at >= self._oldest

    def _fetched(self, url: str) -> Reply:
        reply = self._robot.get(url, max_bytes=_LIST_BYTES)
        if reply.status != _OK:
            raise status_reason(reply.status)
        return reply

    def _picked(self, entries: list[Entry], base: Address) -> Iterator[Candidate]:
        for entry in entries:
            try:
                address = resolve(base, entry.url)
            except BadAddress:
                self.passed_over["bad_address"] += 1
                continue
            if not host_matches(address.host, self._config.hosts):
                self.passed_over["other_host"] += 1
            elif not self._articles.fullmatch(address.target.partition("?")[0]):
                self.passed_over["other_path"] += 1
            elif entry.changed_at is not None and entry.changed_at < self._oldest:
                self.passed_over["older"] += 1
            else:
                yield Candidate(address, entry.changed_at)

    def _filled(self, url: str) -> str:
        return url.replace("{year}", str(self._day.year)).replace("{month}", str(self._day.month))
