"""What only HTML has, and where a page's head and its visible text disagree.

The record keeps what a reader sees. A disagreement is written down as "fact: source says value", for a
contract to warn about. Bylines are compared as the record has them, house bylines under one name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from newsmarts.core.archived_addresses import original_of
from newsmarts.core.bylines import fold_byline
from newsmarts.core.errors import UnreadablePage
from newsmarts.core.records import PublishedFrom
from newsmarts.parse.identity import normalised_headline
from newsmarts.parse.reading import Head, Said
from newsmarts.parse.times import changes_soon, is_possible, moment_of, parse_month_first, wall_of

_SEPARATORS = (" | ", " - ", " – ", " — ", " :: ")  # of a title and the site's name
_SHOWN_CHARS = 120
_DAY_CHARS = 10
_HOUR = timedelta(hours=1)
_AUTHORS = re.compile(r" ?[,;/&|] ?| and ")  # between the names of a byline


class Published(NamedTuple):
    """When an article was published: the publisher's wall time, the moment in UTC, and which part says so."""

    local: datetime | None = None
    at: datetime | None = None
    stated_by: PublishedFrom | None = None


def stated_moment(head: Head | None, fact: str, zone_name: str) -> datetime | None:
    """The moment that the head states for "published" or "modified", in UTC; rather one with an offset."""
    moments = _stated(head.said.get(fact, ()) if head else (), zone_name)
    return moments[0] if moments else None


def published_time(
    head: Head | None,
    shown: Sequence[datetime],
    zone_name: str,
    *,
    headline: str | None,
    site_names: Collection[str],
    times: Sequence[Said] = (),
) -> Published:
    """When an article was published, by the wall times that its page shows, or else by its metadata.

    Metadata counts where the page shows no time, when it agrees with itself and names the page's headline.
    It settles which of two times is meant, and a time that happens twice. Where its wall time is the page's
    and its offset another by an hour, it is right: the site's clock changes some days before or after the
    zone's.

    Args:
        shown: the times that may be it, in reading order; those with an offset are turned into wall time.
        times: what ``time`` elements state about the page's own lines.

    Raises:
        UnreadablePage: several times are shown, the later first, and nothing settles it
            (``unclear_published_at``).
    """
    said = head.said.get("published", ()) if head else ()
    stated = _stated((*said, *times), zone_name) if said or times else []
    shown = list(dict.fromkeys(wall_of(time, zone_name) if time.tzinfo else time for time in shown))
    if not shown:
        agree = all(_same_minute(moment, stated[0]) for moment in stated)
        named = not (head and head.said.get("title") and headline) or is_headline(head, headline, site_names)
        if not (stated and agree and named):
            return Published()
        return Published(wall_of(stated[0], zone_name), stated[0], "head")
    meant = [wall for wall in shown if any(_same_minute(moment_of(wall, zone_name), at) for at in stated)]
    if len(shown) > 1 and len(meant) != 1 and shown[0] != min(shown):
        raise UnreadablePage(
            "unclear_published_at",
            f"The page shows {len(shown)} times, the later first, and which is the publication's is unclear: "
            f"{shown[0]}, {shown[1]}. Look at the page.",
        )
    wall = meant[0] if len(meant) == 1 else shown[0]
    moment = moment_of(wall, zone_name, stated[0] if stated else None)
    other = _by_another_clock(said, wall, moment, zone_name) if said else None
    return Published(wall, moment, "page") if other is None else Published(wall, other, "head")


def extra_of(
    head: Head | None,
    *,
    houses: Mapping[str, str],
    zone_name: str,
    site_names: Collection[str],
    headline: str | None,
    byline: str | None,
    published_at: datetime | None,
    modified_local: datetime | None = None,
    picture: str | None = None,
) -> dict[str, Any]:
    """The record's extra: url, image_url, section, modified_at (UTC), keywords, metadata_disagreements.

    Empty without a head, in a text capture.
    """
    if head is None:
        return {}
    modified = stated_moment(head, "modified", zone_name)
    if modified is None and modified_local is not None:
        modified = _moment(modified_local, zone_name)
    extra: dict[str, Any] = {
        "url": _first_address(head, "canonical"),
        "image_url": _first_address(head, "image") or _address(picture),
        "section": head.first("section"),
        "modified_at": modified,
        "keywords": keywords_of(head),
    }
    found = []
    if headline is not None:
        for said in head.said.get("title", ()):
            if normalised_headline(headline) not in _titles(said.value, site_names):
                found.append(_disagreement("headline", said))
    if byline is not None:
        authors = {byline, *(fold_byline(name, houses) for name in _AUTHORS.split(byline))}
        for said in head.said.get("author", ()):
            if "://" not in said.value and fold_byline(said.value, houses) not in authors:
                found.append(_disagreement("byline", said))
    if published_at is not None:
        for said in head.said.get("published", ()):
            time = _time(said.value)
            moment = None if time is None else _moment(time, zone_name)
            if moment is not None and not _same_minute(moment, published_at):
                found.append(_disagreement("published_at", said))
    present = {name: value for name, value in extra.items() if value}
    return present | {"metadata_disagreements": tuple(found)}


def keywords_of(head: Head | None) -> tuple[str, ...]:
    """The keywords that the head names first."""
    said = head.said.get("keywords", ())[:1] if head else ()
    words = (word.strip() for each in said for word in each.value.replace("،", ",").split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def is_about(
    head: Head | None,
    zone_name: str,
    *,
    headline: str | None,
    published_at: datetime | None,
    site_names: Collection[str],
) -> bool:
    """Whether the head is about this article: headline or time are the same, unless it has neither.

    A page saved from a browser may still have the head of the page that was open before it.
    """
    if head is None:
        return False
    stated = _stated(head.said.get("published", ()), zone_name)
    if not stated and not head.said.get("title"):
        return True
    if published_at is not None and any(_same_minute(moment, published_at) for moment in stated):
        return True
    return headline is not None and is_headline(head, headline, site_names)


def is_headline(head: Head, text: str, site_names: Collection[str]) -> bool:
    """Whether the head calls the page by this text."""
    normalised = normalised_headline(text)
    return any(normalised in _titles(said.value, site_names) for said in head.said.get("title", ()))


def without_site_name(title: str, site_names: Collection[str]) -> Iterator[str]:
    """What is before the site's name that a head appends to a title; nothing when there is none."""
    for separator in _SEPARATORS:
        before, found, after = title.rpartition(separator)
        if found and after.strip() in site_names:
            yield before


def _disagreement(fact: str, said: Said) -> str:
    value = said.value if len(said.value) <= _SHOWN_CHARS else said.value[:_SHOWN_CHARS] + "…"
    return f"{fact}: {said.source} says {value}"


def _titles(title: str, site_names: Collection[str]) -> set[str]:
    """A title as it is, and without the site's name that heads append to it."""
    return {normalised_headline(each) for each in (title, *without_site_name(title, site_names))}


def _stated(said: Iterable[Said], zone_name: str) -> list[datetime]:
    """Moments in UTC: those that are stated with an offset, else the others as the publisher's wall time."""
    read = [time for each in said if (time := _time(each.value)) is not None]
    moments = [_moment(time, zone_name) for time in read if time.tzinfo] or [
        _moment(time, zone_name) for time in read
    ]
    return [moment for moment in moments if moment is not None]


def _time(text: str) -> datetime | None:
    """A time by ISO 8601, or month first with AM or PM; None for anything else, as a day alone."""
    if len(text) <= _DAY_CHARS:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parse_month_first(text) if text[-1:] in "mM" else None


def _moment(time: datetime, zone_name: str) -> datetime | None:
    """A time in UTC; one without offset is the publisher's wall time."""
    try:
        moment = moment_of(time, zone_name) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if is_possible(moment) else None


def _by_another_clock(
    said: Iterable[Said], wall: datetime, moment: datetime, zone_name: str
) -> datetime | None:
    """The moment that the head states when it shows this wall time an hour off; None when it doesn't."""
    times = [time for each in said if (time := _time(each.value)) is not None and time.tzinfo]
    others = {_moment(time, zone_name) for time in times}
    other = others.pop() if len(others) == 1 else None
    if other is None or not timedelta() < abs(other - moment) <= _HOUR:  # nearly all pages end here
        return None
    is_shown = all(_same_minute(time.replace(tzinfo=None), wall) for time in times)
    return other if is_shown and changes_soon(wall, zone_name) else None


def _same_minute(one: datetime, other: datetime) -> bool:
    """Pages show minutes, heads seconds."""
    return abs(one.replace(second=0, microsecond=0) - other.replace(second=0, microsecond=0)) < timedelta(
        minutes=1
    )


def _first_address(head: Head, fact: str) -> str | None:
    return next((address for said in head.said.get(fact, ()) if (address := _address(said.value))), None)


def _address(text: str | None) -> str | None:
    """A web address without its fragment; None when it is none."""
    if not text or len(text) > 2_000:
        return None
    try:
        parts = urlsplit(original_of(text)[0] or "")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    return urlunsplit(parts._replace(fragment=""))
