"""The record as the page shows it: each field's value, line by line, with the blocks it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from newsmarts.core.records import PageLink
from newsmarts.parse.provenance import Source, body_sources, sources_of
from newsmarts.parse.publisher import ParsedPage
from newsmarts.show.kinds import BY_KEY, Kind, kind_of

Span = tuple[int, int]
"""Block numbers from first to last, both included."""

_BY_RULES = ("publisher", "language", "timezone")  # the publisher's rules say these, not the page
_GREY = BY_KEY["label"]


@dataclass(frozen=True, slots=True)
class Line:
    """One value of a field; ``mark`` says what it is where a field has several kinds of them."""

    text: str
    spans: Sequence[Span] = ()
    mark: str = ""
    kind: Kind = _GREY


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the record; no lines: the page doesn't say."""

    name: str
    kind: Kind
    lines: Sequence[Line]
    spans: Sequence[Span] = ()
    source: str = ""  # where it comes from when it isn't blocks


def fields_of(page: ParsedPage) -> list[Field]:
    """The record's fields in its own order, then what only HTML has, then what is worked out from them."""
    return _Fields(page).all()


def spans_of(numbers: Iterable[int]) -> list[Span]:
    """Numbers folded into runs."""
    spans: list[Span] = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return spans


class _Fields:
    def __init__(self, page: ParsedPage) -> None:
        self.page = page
        self.sources = {source.field: source for source in sources_of(page)}

    def all(self) -> list[Field]:
        article = self.page.article
        record = article.to_record()
        image, extra = record["image"] or {}, article.extra
        fields = []
        for name in record:
            if name == "image":
                fields += [self._one(f"image_{part}", image.get(part)) for part in ("alt", "caption")]
            elif name == "body":
                fields.append(self._body())
            elif name in {"tags", "ticker", "related_headlines", "coverage"}:
                fields.append(self._many(name, record[name]))
            elif name in {"most_read", "read_next"}:
                fields.append(self._links(name, getattr(article, name)))
            else:
                fields.append(self._one(name, record[name]))
        for name in ("url", "image_url", "section"):
            fields.append(self._one(name, extra.get(name)))
        modified = extra.get("modified_at")
        fields.append(self._one("modified_at", modified and modified.isoformat().replace("+00:00", "Z")))
        fields.append(self._many("keywords", extra.get("keywords", ())))
        fields.append(self._many("metadata_disagreements", extra.get("metadata_disagreements", ())))
        for name in ("article_id", "text_sha256", "rule_version"):
            value = getattr(article, name)
            fields.append(Field(name, _GREY, [Line(value)] if value else [], source="worked out"))
        known_by = [" · ".join(each) for each in (article.identity, *article.other_identities) if each]
        fields.append(Field("known_by", _GREY, [Line(told) for told in known_by], source="worked out"))
        return fields

    def _source(self, name: str) -> Source:
        return self.sources.get(name, Source(name, ()))

    def _field(self, name: str, lines: Sequence[Line]) -> Field:
        source = self._source(name)
        kind = kind_of(self.page.roles[source.blocks[0] - 1]) if source.blocks else _GREY
        told = f"head: {source.head}" if source.head else ""
        if lines and name in _BY_RULES:
            told = "rules"
        return Field(name, kind, lines, spans_of(source.blocks), told)

    def _one(self, name: str, value: object) -> Field:
        return self._field(name, [] if value is None else [Line(str(value))])

    def _many(self, name: str, values: Sequence[str]) -> Field:
        """A list; each value with the first of the field's blocks that ends with it and isn't taken yet."""
        left, texts = list(self._source(name).blocks), self.page.reading.texts
        lines = []
        for value in values:
            number = next((number for number in left if texts[number - 1].endswith(value)), None)
            if number is not None:
                left.remove(number)
            lines.append(Line(value, [] if number is None else [(number, number)]))
        return self._field(name, lines)

    def _links(self, name: str, links: Sequence[PageLink]) -> Field:
        """Entries of a list; each with the blocks up to the next entry's."""
        numbers, texts = list(self._source(name).blocks), self.page.reading.texts
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
        return self._field(name, lines)

    def _body(self) -> Field:
        lines = []
        for block, numbers in zip(self.page.article.body, body_sources(self.page), strict=True):
            kind = BY_KEY[block.kind]
            if block.kind != "list":
                lines.append(
                    Line(
                        block.text or "",
                        spans_of(numbers),
                        "" if block.kind == "paragraph" else block.kind,
                        kind,
                    )
                )
                continue
            for position, item in enumerate(block.items):
                place = numbers[position : position + 1]
                lines.append(Line(item, spans_of(place), "list" if position == 0 else "", kind))
        return self._field("body", lines)
