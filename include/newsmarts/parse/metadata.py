"""What only HTML has, and where a page's head and its visible text disagree.

The record keeps what a reader sees. A disagreement is written down as "fact: source says value", for a
contract to warn about. Bylines are compared as the record has them, house bylines under one name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from newsmarts.core.archived_addresses import original_of
from newsmarts.core.bylines import fold_byline
from newsmarts.parse.identity import normalised_headline
from newsmarts.parse.reading import Head, Said
from newsmarts.parse.times import moment_of

_SHOWN_CHARS = 120


def stated_moment(head: Head | None, fact: str, zone_name: str) -> datetime | None:
    """The first moment that the head states for "published" or "modified", in UTC."""
    for said in head.said.get(fact, ()) if head else ():
        moment = _moment(said.value, zone_name)
        if moment is not None:
            return moment
    return None


def published_moment(head: Head | None, wall: datetime | None, zone_name: str) -> datetime | None:
    """The UTC moment of the time that a page shows; the head settles a time that happens twice."""
    return None if wall is None else moment_of(wall, zone_name, stated_moment(head, "published", zone_name))


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
        modified = moment_of(modified_local, zone_name)
    keywords = [
        word.strip()
        for said in head.said.get("keywords", ())[:1]
        for word in said.value.replace("،", ",").split(",")
    ]
    extra: dict[str, Any] = {
        "url": _first_address(head, "canonical"),
        "image_url": _first_address(head, "image") or _address(picture),
        "section": head.first("section"),
        "modified_at": modified,
        "keywords": tuple(dict.fromkeys(word for word in keywords if word)),
    }
    found = []
    if headline is not None:
        for said in head.said.get("title", ()):
            if normalised_headline(headline) not in _titles(said.value, site_names):
                found.append(_disagreement("headline", said))
    if byline is not None:
        for said in head.said.get("author", ()):
            if "://" not in said.value and fold_byline(said.value, houses) != byline:
                found.append(_disagreement("byline", said))
    if published_at is not None:
        for said in head.said.get("published", ()):
            moment = _moment(said.value, zone_name)
            if moment is not None and not _same_minute(moment, published_at):
                found.append(_disagreement("published_at", said))
    present = {name: value for name, value in extra.items() if value}
    return present | {"metadata_disagreements": tuple(found)}


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
    moments = [_moment(said.value, zone_name) for said in head.said.get("published", ())]
    stated = [moment for moment in moments if moment is not None]
    if not stated and not head.said.get("title"):
        return True
    if published_at is not None and any(_same_minute(moment, published_at) for moment in stated):
        return True
    return headline is not None and is_headline(head, headline, site_names)


def is_headline(head: Head, text: str, site_names: Collection[str]) -> bool:
    """Whether the head calls the page by this text."""
    normalised = normalised_headline(text)
    return any(normalised in _titles(said.value, site_names) for said in head.said.get("title", ()))


def _disagreement(fact: str, said: Said) -> str:
    value = said.value if len(said.value) <= _SHOWN_CHARS else said.value[:_SHOWN_CHARS] + "…"
    return f"{fact}: {said.source} says {value}"


def _titles(title: str, site_names: Collection[str]) -> set[str]:
    """A title as it is, and without the site's name that heads append to it."""
    titles = {normalised_headline(title)}
    for separator in (" | ", " - ", " – ", " — ", " :: "):
        before, found, after = title.rpartition(separator)
        if found and after.strip() in site_names:
            titles.add(normalised_headline(before))
    return titles


def _moment(text: str, zone_name: str) -> datetime | None:
    """An ISO 8601 time in UTC; one without offset is the publisher's wall time."""
    try:
        moment = datetime.fromisoformat(text)
        return moment_of(moment, zone_name) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


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
