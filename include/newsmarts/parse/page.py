"""One capture's bytes to an article: decode, read, find the publisher, let its rules read the page."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from newsmarts.core import mojibake
from newsmarts.core.bylines import Houses, shipped_houses
from newsmarts.core.errors import CaptureError, UnknownPublisher, UnreadablePage
from newsmarts.core.records import Article
from newsmarts.core.text import one_line
from newsmarts.parse.decoding import decode
from newsmarts.parse.html import looks_like_html, read_html
from newsmarts.parse.identity import normalised_address
from newsmarts.parse.not_articles import (
    check_article,
    foreign_share,
    in_place_of_a_page,
    not_an_article,
    why_no_article,
)
from newsmarts.parse.posts import POST_MARKS
from newsmarts.parse.publisher import ParsedPage, Publisher
from newsmarts.parse.publishers import PUBLISHERS
from newsmarts.parse.reading import Reading, Roles
from newsmarts.parse.script_pages import text_only_by_script
from newsmarts.parse.text import read_text

_AROUND_CHARS = 30
MARKS: Final = POST_MARKS.union(*(publisher.marks for publisher in PUBLISHERS))
"""The elements that are looked out for: those of some publisher's rules, and posts."""


_FEW_BLOCKS = 12
_MOST_MARKUP_CHARS = 200_000


def parser_error(error: Exception) -> CaptureError:
    """The reason of a page that the parser failed on by a fault of its own."""
    return CaptureError(
        "parser_error",
        f"{type(error).__name__}: {error}. This is a fault of the parser: report it with the page.",
    )


def parse_page(
    data: bytes,
    *,
    media_type: str | None = None,
    captured_at: datetime | None = None,
    houses: Houses | None = None,
) -> ParsedPage:
    """Read one captured page.

    ``media_type`` is a hint; bytes that are plainly HTML are read as HTML. ``captured_at`` chooses the dated
    rules; None means the newest. ``houses`` are the publishers' house bylines; None: those of the
    project's own contracts.

    Raises:
        CaptureError: the page is empty, binary, of an unknown publisher, not an article, or ambiguous.
    """
    reading = read_page(data, media_type)
    return parse_reading(reading, publisher_of(reading), captured_at, houses=houses)


def read_page(data: bytes, media_type: str | None = None, charset: str | None = None) -> Reading:
    """The page's blocks in reading order, whatever its format; ``charset``: as for ``decode``."""
    decoded = decode(data, charset)
    if looks_like_html(decoded.text) or (media_type == "text/html" and "<" in decoded.text):
        reading = read_html(decoded.text, MARKS)
        if len(reading) <= _FEW_BLOCKS:
            reading.markup = decoded.text[:_MOST_MARKUP_CHARS]
    else:
        reading = read_text(decoded)
    reading.encoding = decoded.encoding
    return reading


def publisher_of(reading: Reading) -> Publisher | None:
    """The publisher that owns the page's address, else the one whose marks it bears; None: neither.

    The address that it was fetched from comes first: a page may name another publisher in its text. Editions
    of a publisher know each other's addresses and share marks: the one at whose host the page is reads it,
    and of those whose marks it bears one in whose script it is.
    """
    canonical = reading.head.first("canonical") if reading.head else None
    found = [each for each in PUBLISHERS if each.site.owns(reading.url)] if reading.url else []
    if not found:
        found = _bearing_marks(reading)
        if len(found) > 1:
            text = " ".join(reading.texts)
            found = [each for each in found if foreign_share(text, each.site) is None] or found
    found = found or [each for each in PUBLISHERS if each.site.owns(canonical)]
    if len(found) > 1:
        address = reading.url or canonical
        found = [each for each in found if each.site.has_host_of(address)] or found
    return found[0] if found else None


def _bearing_marks(reading: Reading) -> list[Publisher]:
    """The publishers whose marks a page bears; of a text capture the first of each language.

    Nothing in a text could decide between two of one language.
    """
    found: list[Publisher] = []
    languages: set[str] = set()
    for each in PUBLISHERS:
        is_open = reading.head is not None or each.site.language not in languages
        if is_open and each.recognises(reading):
            found.append(each)
            languages.add(each.site.language)
    return found


def parse_reading(
    reading: Reading,
    publisher: Publisher | None,
    captured_at: datetime | None,
    roles: Roles | None = None,
    *,
    houses: Houses | None = None,
) -> ParsedPage:
    """Read a page by its publisher's rules.

    ``roles``, when given, is filled with what each block was taken for, also when the page can't be read.

    Raises:
        CaptureError: as ``parse_page``.
    """
    roles = [] if roles is None else roles
    roles[:] = [""] * len(reading)
    if publisher is None:
        raise _without_publisher(reading)
    reading.houses = (shipped_houses() if houses is None else houses).get(publisher.slug, {})
    try:
        page = publisher.read(reading, roles, captured_at)
        body_text = page.article.body_text
        if reading.may_be_mojibake:
            _check_letters(page.article, body_text, reading.encoding)
    except CaptureError as error:
        raise why_no_article(reading, roles, publisher.site, error) from None
    check_article(reading, roles, publisher.site, body_text)
    return page


def _without_publisher(reading: Reading) -> CaptureError:
    """Why a page is no publisher's."""
    wall = in_place_of_a_page(reading, range(len(reading)))
    if wall is not None:
        return wall
    place = normalised_address(reading.url) if reading.url else None
    if place is not None and not any(host in place for each in PUBLISHERS for host in each.site.hosts):
        return not_an_article("other_host", f"it was captured from {place.partition('/')[0]}")
    by_script = text_only_by_script(reading)
    if by_script is not None:
        return by_script
    known = ", ".join(publisher.slug for publisher in PUBLISHERS)
    return UnknownPublisher(f"The page bears no mark of a publisher that there are rules for ({known}).")


def _check_letters(article: Article, body_text: str, encoding: str) -> None:
    """Reject an article whose bytes were decoded wrongly, here or by the tool that saved them.

    Raises:
        UnreadablePage: ``mojibake``.
    """
    texts = (
        article.headline, article.standfirst, article.byline_raw, body_text, *article.tags,
        *article.ticker, *article.related_headlines, *(link.headline for link in article.most_read),
    )  # fmt: skip
    text = "\n".join(filter(None, texts))
    sign = mojibake.first_sign(text, is_certain=encoding.startswith("utf"))
    if sign is not None:
        place = text[max(0, sign.start() - _AROUND_CHARS) : sign.end() + _AROUND_CHARS]
        raise UnreadablePage(
            "mojibake",
            f"Letters are decoded wrongly ({one_line(place, 100)!r}, read as {encoding}). Name the page's "
            "charset in a sidecar's content_type, or save the page again.",
        )
