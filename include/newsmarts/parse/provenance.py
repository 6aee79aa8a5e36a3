"""Where the fields of an article come from: which blocks of the page, or which place in its head.

Worked out after a page was read, from what its blocks were taken for, so that reading costs nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from newsmarts.core.records import Article, PageLink
from newsmarts.parse.metadata import stated_moment
from newsmarts.parse.publisher import ParsedPage
from newsmarts.parse.reading import BODY_ROLES, Head, Reading
from newsmarts.parse.times import parse_day

_HEAD_FACTS = {"section": "section", "keywords": "keywords"}
_SIMPLE = {  # field → the role of its blocks
    "headline": "headline",
    "standfirst": "standfirst",
    "byline_raw": "byline_raw",
    "byline": "byline_raw",
    "agency": "agency",
    "published_local": "published_local",
    "published_at": "published_local",
    "read_minutes": "read_minutes",
    "share_count": "share_count",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where one field comes from: blocks, numbered from 1 in reading order, or a place in the head."""

    field: str  # a column of schemas.ARTICLES, or ticker, most_read or read_next
    blocks: tuple[int, ...]
    head: str | None = None


def sources_of(page: ParsedPage) -> tuple[Source, ...]:
    """The sources of every field that the article has a value for, in a fixed order.

    Fields that the publisher's rules alone give (publisher, language, timezone) have none.
    """
    return tuple(source for source in _sources(page) if source.blocks or source.head)


def body_sources(page: ParsedPage) -> list[tuple[int, ...]]:
    """For each block of the article's body the numbers of the page's blocks that it is made of."""
    texts, roles = page.reading.texts, page.roles
    found: list[tuple[int, ...]] = []
    at, size = 0, len(roles)
    for block in page.article.body:
        while at < size and roles[at] != block.kind:
            at += 1
        start = at
        if block.kind == "list":
            items = 0
            while at < size and items < len(block.items):
                items += roles[at] == "list" and texts[at] == block.items[items]
                at += 1
            numbers = [place + 1 for place in range(start, at) if texts[place] in block.items]
        else:
            at += 1
            while block.kind == "embed" and at < size and roles[at] == "embed":
                if len(" ".join(texts[start:at])) >= len(block.text or ""):
                    break
                at += 1
            numbers = list(range(start + 1, at + 1))
        found.append(tuple(numbers))
    return found


def _sources(page: ParsedPage) -> Iterator[Source]:
    article, reading = page.article, page.reading
    texts, extra = reading.texts, article.extra
    by_role: dict[str, list[int]] = {}
    for index, role in enumerate(page.roles):
        by_role.setdefault(role, []).append(index)

    def blocks(role: str, fits: Callable[[str], bool] | None = None) -> tuple[int, ...]:
        return tuple(at + 1 for at in by_role.get(role, ()) if fits is None or fits(texts[at]))

    if article.news_id is not None:
        yield _news_id(article, reading, blocks("news_id"))
    if extra.get("url"):
        stated = _said_address(reading.head, "canonical", extra["url"])
        yield Source("url", (), stated or _said(reading.head, "canonical"))
    for name, fact in _HEAD_FACTS.items():
        if extra.get(name):
            yield Source(name, (), _said(reading.head, fact))
    for name, role in _SIMPLE.items():
        if getattr(article, name) is not None:
            yield Source(name, blocks(role))
    if extra.get("modified_at"):
        yield _modified_at(page, blocks("modified_at"))
    yield from _picture(page, by_role.get("image", ()))
    yield Source("body", tuple(sorted(at + 1 for role in BODY_ROLES for at in by_role.get(role, ()))))
    yield Source("tags", blocks("tags", set(article.tags).__contains__))
    yield Source("ticker", blocks("ticker", set(article.ticker).__contains__))
    yield _related(article, reading, by_role)
    most_read = Source("most_read", blocks("most_read", _Entries(article.most_read).has))
    yield most_read
    yield Source("coverage", blocks("coverage", set(article.coverage).__contains__))
    yield Source("read_next", blocks("read_next", _Entries(article.read_next).has))
    if article.captured_on_or_after is not None:
        latest = article.captured_on_or_after
        if article.published_local is not None and article.published_local.date() == latest:
            days = blocks("published_local")
        else:
            days = tuple(number for number in most_read.blocks if parse_day(texts[number - 1]) == latest)
        yield Source("captured_on_or_after", days)


class _Entries:
    """What the entries of a list say, in any of their parts."""

    def __init__(self, links: Sequence[PageLink]) -> None:
        self._texts = {text for link in links for text in (link.caption, link.headline, link.section)}
        self._days = {link.published_on for link in links} - {None}

    def has(self, text: str) -> bool:
        return text in self._texts or (bool(self._days) and parse_day(text) in self._days)


def _news_id(article: Article, reading: Reading, blocks: tuple[int, ...]) -> Source:
    if blocks:
        return Source("news_id", blocks)
    stated = reading.head is not None and reading.head.first("news_id") == article.news_id
    return Source("news_id", (), _said(reading.head, "news_id" if stated else "canonical"))


def _said(head: Head | None, fact: str) -> str | None:
    """Where the head says a fact, the most dependable place of several."""
    return next((said.source for said in head.said.get(fact, ())), None) if head else None


def _said_address(head: Head | None, fact: str, address: str) -> str | None:
    """Where the head says a web address, which the record has without its fragment; None: nowhere."""
    for said in head.said.get(fact, ()) if head else ():
        if said.value.partition("#")[0].casefold() == address.casefold():
            return said.source
    return None


def _modified_at(page: ParsedPage, blocks: tuple[int, ...]) -> Source:
    """From the head where it states a time; else from the page's own line."""
    head, moment = page.reading.head, page.article.extra["modified_at"]
    for said in head.said.get("modified", ()) if head else ():
        if stated_moment(Head({"modified": (said,)}), "modified", page.article.timezone) == moment:
            return Source("modified_at", (), said.source)
    return Source("modified_at", blocks)


def _picture(page: ParsedPage, places: Sequence[int]) -> Iterator[Source]:
    reading, image, address = page.reading, page.article.image, page.article.extra.get("image_url")
    left = list(places)
    for name, text in (("image_alt", image and image.alt), ("image_caption", image and image.caption)):
        at = next((at for at in left if reading.texts[at] == text), None) if text else None
        if at is not None:
            left.remove(at)
            yield Source(name, (at + 1,))
    if address:
        stated = _said_address(reading.head, "image", address)
        shown = tuple(at + 1 for at in places if reading.link(at))
        yield Source("image_url", () if stated else shown[:1], stated)


def _related(article: Article, reading: Reading, by_role: dict[str, list[int]]) -> Source:
    """Headlines of related blocks and promo lines, and of promos at the end of a paragraph."""
    left, found = list(article.related_headlines), []
    for role in ("related_headlines", "paragraph", "subheading"):
        for at in by_role.get(role, ()) if left else ():
            shown = next((headline for headline in left if reading.texts[at].endswith(headline)), None)
            if shown is not None:
                left.remove(shown)
                found.append(at + 1)
    return Source("related_headlines", tuple(sorted(found)))
