"""Where the fields of an article come from: which blocks of the page, or which place in its head.

Worked out after a page was read, from what its blocks were taken for, so that reading costs nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import compress
from typing import NamedTuple

from newsmarts.core.records import Article, PageLink
from newsmarts.parse.metadata import stated_moment
from newsmarts.parse.publisher import ParsedPage
from newsmarts.parse.reading import BODY_ROLES, Head, Reading
from newsmarts.parse.times import parse_day

# By their role: a field's blocks have its name, but for what is worked out of another field.
_BY_ROLE = (
    "headline", "standfirst", "byline_raw", "byline", "agency", "published_local", "published_at",
    "read_minutes", "share_count",
)  # fmt: skip
_OF_SEVERAL = frozenset({"embed", "table"})  # kinds of which a block may be made of several
_TIMES = frozenset({"published_local", "published_at"})
_WORKED_OUT_OF = {"byline": "byline_raw", "published_at": "published_local"}


class Source(NamedTuple):
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
            chars = sum(map(len, (block.text or "").split()))
            while block.kind in _OF_SEVERAL and at < size and roles[at] == block.kind:
                shown = (texts[place] for place in range(start, at) if page.reading.kinds[place] != "image")
                if sum(map(len, " ".join(shown).split())) >= chars:
                    break
                at += 1
            numbers = list(range(start + 1, at + 1))
        found.append(tuple(numbers))
    return found


def _sources(page: ParsedPage) -> Iterator[Source]:
    article, reading = page.article, page.reading
    texts, extra, head = reading.texts, article.extra, reading.head or Head()
    by_role: defaultdict[str, list[int]] = defaultdict(list)
    for index in compress(range(len(page.roles)), page.roles):  # most blocks of a page have no role
        by_role[page.roles[index]].append(index)

    def blocks(role: str, fits: Callable[[str], bool] | None = None) -> tuple[int, ...]:
        places = by_role.get(role, ())
        return tuple([at + 1 for at in places if fits is None or fits(texts[at])]) if places else ()

    def entries(links: Sequence[PageLink]) -> Callable[[str], bool]:
        said = {part for link in links for part in (link.caption, link.headline, link.section)}
        days = {link.published_on for link in links} - {None}
        return lambda text: text in said or (bool(days) and parse_day(text) in days)

    if article.news_id is not None:
        own, stated = blocks("news_id"), head.first("news_id") == article.news_id
        yield Source("news_id", own, None if own else _place(head, "news_id" if stated else "canonical"))
    if extra.get("url"):
        yield Source(
            "url", (), _place_of_address(head, "canonical", extra["url"]) or _place(head, "canonical")
        )
    for name in ("section", "keywords"):
        if extra.get(name):
            yield Source(name, (), _place(head, name))
    for name in _BY_ROLE:
        if getattr(article, name) is not None:
            own = blocks(_WORKED_OUT_OF.get(name, name))
            yield Source(name, own, None if own or name not in _TIMES else _place(head, "published"))
    if extra.get("modified_at"):
        place = _place_of_moment(head, extra["modified_at"], article.timezone)
        yield Source("modified_at", () if place else blocks("modified_at"), place)
    yield from _picture(page, head, by_role.get("image", ()))
    yield Source("body", tuple(sorted([at + 1 for role in BODY_ROLES for at in by_role.get(role, ())])))
    for name in ("tags", "ticker"):
        yield Source(name, blocks(name, set(getattr(article, name)).__contains__))
    yield _related(article, reading, by_role)
    most_read = blocks("most_read", entries(article.most_read))
    yield Source("most_read", most_read)
    yield Source("coverage", blocks("coverage", set(article.coverage).__contains__))
    yield Source("read_next", blocks("read_next", entries(article.read_next)))
    latest = article.captured_on_or_after
    if latest is not None:
        if article.published_local is not None and article.published_local.date() == latest:
            yield Source("captured_on_or_after", blocks("published_local"))
        else:
            days = tuple(number for number in most_read if parse_day(texts[number - 1]) == latest)
            yield Source("captured_on_or_after", days)


def _place(head: Head, fact: str) -> str | None:
    """Where the head says a fact, the most dependable place of several."""
    return next((said.source for said in head.said.get(fact, ())), None)


def _place_of_address(head: Head, fact: str, address: str) -> str | None:
    """Where the head says a web address, which the record has without its fragment; None: nowhere."""
    for said in head.said.get(fact, ()):
        if said.value.partition("#")[0].casefold() == address.casefold():
            return said.source
    return None


def _place_of_moment(head: Head, moment: datetime, zone_name: str) -> str | None:
    """Where the head says when the article was modified; None: it doesn't, the page's own line does."""
    for said in head.said.get("modified", ()):
        if stated_moment(Head({"modified": (said,)}), "modified", zone_name) == moment:
            return said.source
    return None


def _picture(page: ParsedPage, head: Head, places: Sequence[int]) -> Iterator[Source]:
    reading, image, address = page.reading, page.article.image, page.article.extra.get("image_url")
    left = list(places)
    for name, text in (("image_alt", image and image.alt), ("image_caption", image and image.caption)):
        at = next((at for at in left if reading.texts[at] == text), None) if text else None
        if at is not None:
            left.remove(at)
            yield Source(name, (at + 1,))
    if address:
        stated = _place_of_address(head, "image", address)
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
