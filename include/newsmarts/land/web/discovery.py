"""Finding the pages that a site names as new, from its sitemaps and listing pages on."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
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
_MAX_DEPTH = 8
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
        self.named = 0  # addresses of articles, older ones too

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
            links, base = read_links(reply.body)
            yield from self._picked(links, reply.address, _bases(reply.address, base))
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

    def _picked(
        self, entries: list[Entry], address: Address, bases: Sequence[Address] = ()
    ) -> Iterator[Candidate]:
        """The articles among the entries of a list; ``bases`` are those of its relative links."""
        for entry in entries:
            outcomes = [self._article(base, entry.url) for base in bases or [address]]
            article = next((each for each in outcomes if isinstance(each, Address)), None)
            if article is None:
                self.passed_over[str(outcomes[0])] += 1
                continue
            self.named += 1
            if entry.changed_at is not None and entry.changed_at < self._oldest:
                self.passed_over["older"] += 1
            else:
                yield Candidate(article, entry.changed_at)

    def _article(self, base: Address, link: str) -> Address | str:
        """The article's address that a link is, or the reason why it is none."""
        try:
            address = resolve(base, link)
        except BadAddress:
            return "bad_address"
        if not host_matches(address.host, self._config.hosts):
            return "other_host"
        return address if self._articles.fullmatch(address.target.partition("?")[0]) else "other_path"

    def _filled(self, url: str) -> str:
        return url.replace("{year}", str(self._day.year)).replace("{month}", str(self._day.month))


def _bases(page: Address, declared: str | None) -> list[Address]:
    """What a page's relative links may be relative to: its declared base or itself, then each folder above.

    Nour News's lists (/en, /en/Service/AllNews) link to "news/279165/slug" and mean it below /en/.
    """
    first = page
    if declared is not None:
        with suppress(BadAddress):
            first = resolve(page, declared)
    if first.host != page.host:
        return [first]
    steps = page.target.partition("?")[0].split("/")[1:_MAX_DEPTH]
    folders = ["/".join(["", *steps[:depth], ""]) for depth in range(len(steps), -1, -1)]
    return [first, *(replace(page, target=folder) for folder in dict.fromkeys(folders))]
