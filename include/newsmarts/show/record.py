"""What is shown of a page: its blocks by what they were taken for, and the record that was read from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from newsmarts.core.records import PageLink
from newsmarts.parse.provenance import Source, body_sources, sources_of
from newsmarts.parse.publisher import ParsedPage
from newsmarts.parse.reading import Block, Roles
from newsmarts.show.capture import Look

Span = tuple[int, int]
"""Block numbers from first to last, both included."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way in which a block can be used; ``hue`` is an OKLCH hue, None is grey."""

    key: str
    title: str
    hue: int | None
    help: str


KINDS: Sequence[Kind] = (
    Kind("navigation", "Navigation", None, "Unused, and over everything that the article uses."),
    Kind("label", "Label", None, "A line that announces what follows: Breaking, Listen, Most Read."),
    Kind("ticker", "Ticker", 25, "A line of the ticker."),
    Kind("repeat", "Ticker repeat", 8, "A ticker line within the article; it isn't body."),
    Kind("headline", "Headline", 300, "The article's headline."),
    Kind("byline", "Byline", 332, "Who wrote it, and its source."),
    Kind("date", "Date", 350, "When it was published or changed."),
    Kind("count", "Numbers", 316, "News id, shares, reading time."),
    Kind("standfirst", "Standfirst", 282, "The sentence under the headline."),
    Kind("picture", "Picture", 195, "The lead picture's alt text and caption."),
    Kind("paragraph", "Paragraph", 255, "Body: a paragraph."),
    Kind("subheading", "Subheading", 268, "Body: a subheading."),
    Kind("list", "List", 238, "Body: an entry of a list."),
    Kind("table", "Table", 229, "Body: a cell of a table."),
    Kind("embed", "Embed", 220, "Body: an embedded post."),
    Kind("related", "Related", 55, "A headline of a related article, or a promotion of one."),
    Kind("tags", "Tag", 165, "A tag of the article."),
    Kind("most_read", "Most read", 85, "An entry of Most Read."),
    Kind("coverage", "Coverage", 110, "An entry of Coverage."),
    Kind("read_next", "Read next", 138, "An entry of Read Next."),
    Kind("form", "Form", None, "The comment form, and what follows it."),
    Kind("footer", "Footer", None, "The page's footer."),
    Kind("furniture", "Furniture", None, "A line of the page's frame: a cross, an advertisement, Share."),
    Kind("other", "Other", 70, "What the publisher's rules call by a name of their own."),
    Kind("unused", "Unused", None, "Taken for nothing. Amid the article it may be lost text."),
)
BY_KEY = {kind.key: kind for kind in KINDS}

_OF_ROLE = {
    "ticker_repeat": "repeat",
    "byline_raw": "byline",
    "agency": "byline",
    "published_local": "date",
    "modified_at": "date",
    "news_id": "count",
    "share_count": "count",
    "read_minutes": "count",
    "image": "picture",
    "related_headlines": "related",
    "noise": "furniture",
    "": "unused",
}
_AROUND_ARTICLE = frozenset({"", "label", "noise", "footer", "form", "most_read", "coverage", "read_next"})

_BY_RULES = ("publisher", "language", "timezone")  # of the publisher's rules, not of the page
_OF_EXTRA = ("url", "image_url", "section", "modified_at", "keywords", "metadata_disagreements")
_GREY = BY_KEY["label"]


def kinds_of(roles: Roles) -> Iterator[Kind]:
    """The kind of each block."""
    top = next((at for at, role in enumerate(roles) if role not in _AROUND_ARTICLE), 0)
    while top and roles[top - 1] == "label":
        top -= 1
    for at, role in enumerate(roles):
        yield BY_KEY["navigation"] if at < top and not role else kind_of(role)


def kind_of(role: str) -> Kind:
    """The kind that a role is shown as."""
    return BY_KEY.get(_OF_ROLE.get(role, role), BY_KEY["other"])


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """One block, what it was taken for, and the fields of the record that come from it."""

    block: Block
    role: str
    fields: Sequence[str]


@dataclass(frozen=True, slots=True)
class Run:
    """Blocks that follow each other and were taken for the same kind of thing."""

    kind: Kind
    blocks: Sequence[ShownBlock]


def runs_of(look: Look, max_blocks: int) -> Iterator[Run]:
    """The page's first blocks, in order, those of one kind together."""
    if look.reading is None:
        return
    fields: dict[int, list[str]] = {}
    for source in sources_of(look.page) if look.page else ():
        for number in source.blocks:
            fields.setdefault(number, []).append(source.field)
    blocks = zip(look.reading.blocks(), look.roles, kinds_of(look.roles), strict=True)
    for kind, run in groupby(islice(blocks, max_blocks), key=lambda each: each[2]):
        yield Run(kind, [ShownBlock(block, role, fields.get(block.number, ())) for block, role, _ in run])


def legend_of(runs: Sequence[Run]) -> list[tuple[Kind, int]]:
    """The kinds that the page has, with the number of their blocks."""
    counts: Counter[str] = Counter()
    for run in runs:
        counts[run.kind.key] += len(run.blocks)
    return [(kind, counts[kind.key]) for kind in KINDS if counts[kind.key]]


@dataclass(frozen=True, slots=True)
class Line:
    """One value of a field; ``mark`` names it where a field has several kinds of them."""

    text: str
    spans: Sequence[Span] = ()
    mark: str = ""
    kind: Kind = _GREY


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the record; no lines: the page has none."""

    name: str
    kind: Kind
    lines: Sequence[Line]
    spans: Sequence[Span] = ()
    source: str = ""  # where it comes from when it isn't blocks


def head_of(look: Look) -> list[tuple[str, str, str]]:
    """Facts in the page's head: the fact, where, and the value."""
    head = look.reading.head if look.reading else None
    if head is None:
        return []
    return [(fact, said.source, said.value) for fact, found in sorted(head.said.items()) for said in found]


def record_of(look: Look) -> list[Field]:
    """The record's fields in its own order, then what only HTML has, then what is worked out from them.

    None when the page is no article.
    """
    return [] if look.page is None else list(_fields_of(look.page))


def spans_of(numbers: Iterable[int]) -> list[Span]:
    """Numbers folded into runs."""
    spans: list[Span] = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return spans


def _fields_of(page: ParsedPage) -> Iterator[Field]:
    article, extra = page.article, page.article.extra
    sources = {source.field: source for source in sources_of(page)}
    values: dict[str, Any] = {}
    for name, value in article.to_record().items():
        if name == "image":
            values |= {f"image_{part}": (value or {}).get(part) for part in ("alt", "caption")}
        else:
            values[name] = value
    values |= {name: extra.get(name) for name in _OF_EXTRA}
    if extra.get("modified_at"):
        values["modified_at"] = extra["modified_at"].isoformat().replace("+00:00", "Z")
    for name, value in values.items():
        source = sources.get(name, Source(name, ()))
        if name == "body":
            lines = list(_body_lines(page))
        elif name in {"most_read", "read_next"}:
            lines = _link_lines(getattr(article, name), source, page.reading.texts)
        elif isinstance(value, (list, tuple)):
            lines = _value_lines(value, source, page.reading.texts)
        else:
            lines = [] if value is None else [Line(str(value))]
        kind = kind_of(page.roles[source.blocks[0] - 1]) if source.blocks else _GREY
        where = f"head: {source.head}" if source.head else ""
        if lines and name in _BY_RULES:
            where = "rules"
        yield Field(name, kind, lines, spans_of(source.blocks), where)
    for name in ("article_id", "text_sha256", "rule_version"):
        value = getattr(article, name)
        yield Field(name, _GREY, [Line(value)] if value else [], source="worked out")
    known_by = [" · ".join(each) for each in (article.identity, *article.other_identities) if each]
    yield Field("known_by", _GREY, [Line(each) for each in known_by], source="worked out")


def _value_lines(values: Sequence[str], source: Source, texts: Sequence[str]) -> list[Line]:
    """A list; each value with the first of the field's blocks that ends with it and isn't taken yet."""
    left = list(source.blocks)
    lines = []
    for value in values:
        number = next((number for number in left if texts[number - 1].endswith(value)), None)
        if number is not None:
            left.remove(number)
        lines.append(Line(value, [] if number is None else [(number, number)]))
    return lines


def _link_lines(links: Sequence[PageLink], source: Source, texts: Sequence[str]) -> list[Line]:
    """Entries of a list; each with the blocks up to the next entry's."""
    numbers = source.blocks
    starts: list[int] = []  # places in numbers where an entry's first block is
    place = 0
    for link in links:
        begins = {link.caption or link.section or link.headline, link.headline}
        found = (at for at in range(place, len(numbers)) if texts[numbers[at] - 1] in begins)
        place = next(found, place)
        starts.append(place)
        place += 1
    lines = []
    ends = [*starts[1:], len(numbers)]
    for link, start, end in zip(links, starts, ends, strict=False):
        more = (link.caption, link.section, link.published_on and link.published_on.isoformat())
        mark = " · ".join(part for part in more if part)
        lines.append(Line(link.headline, spans_of(numbers[start:end]), mark))
    return lines


def _body_lines(page: ParsedPage) -> Iterator[Line]:
    for block, numbers in zip(page.article.body, body_sources(page), strict=True):
        kind = BY_KEY[block.kind]
        if block.kind == "list":
            for at, item in enumerate(block.items):
                yield Line(item, spans_of(numbers[at : at + 1]), "" if at else "list", kind)
        else:
            mark = "" if block.kind == "paragraph" else block.kind
            for at, line in enumerate(block.lines()):
                yield Line(
                    line.replace("\t", " | "), [] if at else spans_of(numbers), "" if at else mark, kind
                )
