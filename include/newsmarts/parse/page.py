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
from newsmarts.parse.not_articles import blocking, refuse
from newsmarts.parse.publisher import ParsedPage, Publisher
from newsmarts.parse.publishers import PUBLISHERS
from newsmarts.parse.reading import Reading, Roles
from newsmarts.parse.text import read_text

_AROUND_CHARS = 30
MARKS: Final = frozenset[str]().union(*(publisher.marks for publisher in PUBLISHERS))
"""The names of ids and classes that some publisher's rules use."""


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
    else:
        reading = read_text(decoded)
    reading.encoding = decoded.encoding
    return reading


def publisher_of(reading: Reading) -> Publisher | None:
    """The publisher whose marks the page bears; None when it bears none."""
    return next((publisher for publisher in PUBLISHERS if publisher.recognises(reading)), None)


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
        reason_code = blocking(reading, reading.texts)
        if reason_code is not None:
            raise refuse(reason_code)
        known = ", ".join(publisher.slug for publisher in PUBLISHERS)
        raise UnknownPublisher(f"The page bears no mark of a publisher that there are rules for ({known}).")
    reading.houses = (shipped_houses() if houses is None else houses).get(publisher.slug, {})
    page = publisher.read(reading, roles, captured_at)
    _check_letters(page.article, reading.encoding)
    return page


def _check_letters(article: Article, encoding: str) -> None:
    """Reject an article whose bytes were decoded wrongly, here or by the tool that saved them.

    Raises:
        UnreadablePage: ``mojibake``.
    """
    texts = (
        article.headline, article.standfirst, article.byline_raw, article.body_text, *article.tags,
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
