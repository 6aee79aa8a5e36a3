"""The indexes of web archives: which captures there are of a host, and what becomes of each.

Both the Wayback Machine's CDX server and Common Crawl's (pywb) know these parameters, though not all others.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from newsmarts.core.errors import BadAddress, CaptureError, FeedRefused, FeedUnavailable
from newsmarts.land.archives.warc_record import HTML, OK, status_reason
from newsmarts.land.capture import Item, Key, PassedOver, Rejected
from newsmarts.land.config import WebConfig
from newsmarts.land.manifest import Known
from newsmarts.land.names import host_matches, publisher_of_host
from newsmarts.land.web.addresses import parse
from newsmarts.land.web.client import REFUSALS, Client
from newsmarts.land.web.exchange import Reply

log = logging.getLogger(__name__)

_STATUS = re.compile(r"\d{3}", re.ASCII)
_INDEX_BYTES = 64 * 1024 * 1024
# An index searches before it answers, and the Wayback Machine's has been seen to take a minute.
_SEARCH_SECONDS = 100.0
# What an index says of a capture whose type it doesn't know, or that stands for an earlier one.
_UNSTATED = frozenset({"", "-", "unk", "warc/revisit"})
# Reasons that another try wouldn't change.
_SETTLED = frozenset(
    {
        "bad_content_encoding",
        "bad_digest",
        "bad_record",
        "http_error_status",
        "http_redirect",
        "truncated_record",
        "unsupported_content_encoding",
    }
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of an index: a capture."""

    captured_at: datetime
    url: str  # as the archive writes it
    media_type: str
    status: int | None  # None: as that of the capture it stands for
    digest: str
    # where Common Crawl keeps it
    filename: str = ""
    offset: int = 0
    length: int = 0
    truncated: bool = False

    @property
    def timestamp(self) -> str:
        """The capture's time as archives write it."""
        return self.captured_at.strftime("%Y%m%d%H%M%S")

    @property
    def is_revisit(self) -> bool:
        """Whether the crawler found the page as it was before, and kept no body."""
        return self.media_type == "warc/revisit"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A capture that is to be fetched."""

    listed: Listed
    key: Key
    url: str  # without user, password and fragment
    publisher: str | None

    def rejected(self, reason: CaptureError) -> Rejected:
        """The capture as one that can't be landed."""
        return Rejected(*self.key, reason, self.publisher, self.url)


def outcomes(
    lines: Iterable[Listed | None],
    day: date,
    config: WebConfig,
    known: Known,
    fetch: Callable[[Wanted], Item],
) -> Iterator[Item]:
    """What becomes of each line, in their order; a line that can't be read is None.

    What has landed, and what was rejected for a reason that stays, is neither fetched nor yielded again.
    """
    done = {*known.captures, *(key for key, reason in known.rejected.items() if reason in _SETTLED)}
    fetched = over = 0
    for listed in lines:
        wanted = _picked(listed, day, config)
        if isinstance(wanted, PassedOver):
            yield wanted
            continue
        if wanted.key in done:
            continue
        done.add(wanted.key)
        status = wanted.listed.status
        if status is not None and status not in OK and not wanted.listed.is_revisit:
            yield wanted.rejected(status_reason(status))
        elif fetched < config.limits.max_captures:
            fetched += 1
            try:
                item = fetch(wanted)
            except CaptureError as error:
                item = wanted.rejected(error)
            yield item
        else:
            over += 1
    if over:
        log.warning(
            "%s: %d captures of %s are over limits.max_captures: run the day again", config.name, over, day
        )
        yield PassedOver("over_max_captures", over)


def _picked(listed: Listed | None, day: date, config: WebConfig) -> Wanted | PassedOver:
    if listed is None:
        return PassedOver("bad_index_line")
    if listed.captured_at.date() != day:
        return PassedOver("other_day")
    try:
        address = parse(listed.url)
    except BadAddress:
        address = None
    # "http://mailto:desk@example.org/": a crawler's misreading of a page
    if address is None or "@" in listed.url.split("/")[2]:
        return PassedOver("bad_address")
    if not host_matches(address.host, config.hosts):
        return PassedOver("other_host")
    # some lines have the whole header, "text/html; charset=utf-8"
    if listed.media_type.partition(";")[0].strip() not in (*HTML, *_UNSTATED):
        return PassedOver("not_a_page")
    url = str(address)
    key = (f"{listed.timestamp}/{url}", listed.captured_at)
    return Wanted(listed, key, url, publisher_of_host(address.host, config.publishers))


def query_index(
    client: Client, url: str, *, pause_seconds: float, expected: frozenset[int] = frozenset({200})
) -> Reply:
    """An index's answer, of one of the expected statuses.

    Raises:
        FeedUnavailable: it gives none now.
        FeedRefused: it refuses us, or isn't an allowed address.
    """
    try:
        reply = client.get(
            url, max_bytes=_INDEX_BYTES, pause_seconds=pause_seconds, read_seconds=_SEARCH_SECONDS
        )
    except CaptureError as error:
        kind = FeedRefused if error.reason_code in ("host_not_allowed", "bad_address") else FeedUnavailable
        raise kind(f"The index can't be queried: {error.detail}") from None
    answer = (
        f"{reply.address.host} answers for its index with HTTP status {reply.status} ({first_words(reply)})"
    )
    if reply.status in REFUSALS:
        raise FeedRefused(
            f"{answer}. It refuses us, or leaves the site out: another archive's feed may have it."
        )
    if reply.status not in expected:
        raise FeedUnavailable(f"{answer}. Run the day again later.")
    return reply


def no_index(reply: Reply) -> FeedUnavailable:
    """The error for an answer that isn't a list of captures."""
    return FeedUnavailable(
        f"{reply.address.host} answers for its index without a list of captures: {first_words(reply)}. "
        "Run the day again later."
    )


def first_words(reply: Reply) -> str:
    """The beginning of an answer, fit for a log."""
    return repr(" ".join(reply.body[:200].decode("utf-8", "replace").split())[:120])


def status_of(text: str) -> int | None:
    """An index's HTTP status; None for the dash of a capture that stands for an earlier one."""
    return int(text) if _STATUS.fullmatch(text) else None


def day_parameters(day: date) -> dict[str, str]:
    """``from`` and ``to``, both inclusive, for all captures of a UTC day."""
    digits = day.strftime("%Y%m%d")
    return {"from": f"{digits}000000", "to": f"{digits}235959"}


def host_parameters(hosts: Iterable[str]) -> list[dict[str, str]]:
    """``url`` and ``matchType`` of the queries that find all captures of these hosts.

    An index sorts ``www.example.org`` with ``example.org``, so both are one query; what it finds beyond
    the hosts is passed over afterwards.
    """
    hosts = tuple(hosts)
    domains = {host.removeprefix("*.") for host in hosts if host.startswith("*.")}
    names = {host.removeprefix("www.") for host in hosts if not host.startswith("*.")}
    names = {name for name in names if not any(f".{name}".endswith(f".{each}") for each in domains)}
    return [
        *({"url": domain, "matchType": "domain"} for domain in sorted(domains)),
        *({"url": name, "matchType": "host"} for name in sorted(names)),
    ]
