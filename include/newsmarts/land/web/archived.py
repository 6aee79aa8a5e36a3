"""From an index's lines to captures: those of the day and the hosts, each once, and only what is new."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from newsmarts.core.errors import BadAddress, CaptureError
from newsmarts.land.archives.warc_record import HTML, OK
from newsmarts.land.capture import Item, Key, Known, PassedOver, Rejected
from newsmarts.land.config import WebConfig
from newsmarts.land.names import host_matches, publisher_of_host
from newsmarts.land.web.addresses import Address, parse
from newsmarts.land.web.cdx import Listed

log = logging.getLogger(__name__)

# What an index says of a capture whose type it doesn't know, or that stands for an earlier one.
_UNTOLD = frozenset({"", "-", "unk", "warc/revisit"})
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
class Wanted:
    """A capture that is to be fetched."""

    listed: Listed
    key: Key
    url: str  # without user, password and fragment
    publisher: str | None

    def rejected(self, reason: CaptureError) -> Rejected:
        """The capture as one that can't be landed."""
        return Rejected(*self.key, reason, self.publisher, self.url)


Fetch = Callable[[Wanted], Item]


def outcomes(
    lines: Iterable[Listed | None], day: date, config: WebConfig, known: Known, fetch: Fetch
) -> Iterator[Item]:
    """What becomes of each line, in their order; a line that can't be read is None.

    What has landed, and what was rejected for a reason that stays, is neither fetched nor yielded again.
    """
    done = {*known.captures, *(key for key, reason in known.rejected.items() if reason in _SETTLED)}
    fetched = over = 0
    for listed in lines:
        picked = _picked(listed, day, config)
        if isinstance(picked, PassedOver):
            yield picked
            continue
        if picked.key in done:
            continue
        done.add(picked.key)
        status = picked.listed.status
        if status is not None and not _has_page(picked.listed):
            yield picked.rejected(status_reason(status))
        elif fetched < config.limits.max_captures:
            fetched += 1
            yield _fetched(picked, fetch)
        else:
            over += 1
    if over:
        log.warning(
            "%s: %d captures of %s are over limits.max_captures: run the day again", config.name, over, day
        )
        yield PassedOver("over_max_captures", over)


def status_reason(status: int) -> CaptureError:
    """Why a capture with this HTTP status isn't a page."""
    if 300 <= status < 400:
        return CaptureError("http_redirect", f"HTTP status {status}: the page is at another address.")
    return CaptureError("http_error_status", f"HTTP status {status}: there was no page at that moment.")


def is_html(media_type: str) -> bool:
    """Whether a reply's media type is a page's; a missing one may be."""
    return media_type in HTML or not media_type


def _picked(listed: Listed | None, day: date, config: WebConfig) -> Wanted | PassedOver:
    if listed is None:
        return PassedOver("bad_index_line")
    if listed.captured_at.date() != day:
        return PassedOver("other_day")
    address = _address(listed.url)
    if address is None:
        return PassedOver("bad_address")
    if not host_matches(address.host, config.hosts):
        return PassedOver("other_host")
    if listed.media_type not in (*HTML, *_UNTOLD):
        return PassedOver("not_a_page")
    return _wanted(listed, address, config)


def _address(url: str) -> Address | None:
    try:
        address = parse(url)
    except BadAddress:
        return None
    # "http://mailto:desk@example.org/": a crawler's misreading of a page
    return None if "@" in url.split("/")[2] else address


def _wanted(listed: Listed, address: Address, config: WebConfig) -> Wanted:
    url = str(address)
    key = (f"{listed.timestamp}/{url}", listed.captured_at)
    return Wanted(listed, key, url, publisher_of_host(address.host, config.publishers))


def _has_page(listed: Listed) -> bool:
    """Whether the index's status, where it has one, is that of a page."""
    return listed.is_revisit or listed.status is None or listed.status in OK


def _fetched(wanted: Wanted, fetch: Fetch) -> Item:
    try:
        return fetch(wanted)
    except CaptureError as error:
        return wanted.rejected(error)
