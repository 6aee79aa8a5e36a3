"""The grammar of an article's body: paragraphs, subheadings, lists, embedded posts, and what isn't body.

Shared by all publishers. Related blocks and promo lines are read into ``related``; ticker lines in the
body are dropped. Structure (headings, links, containers) decides where a page has it; a text capture
has only words, so there a subheading is a short line that doesn't end like a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from newsmarts.core.records import BodyBlock
from newsmarts.parse.opening import caption_of
from newsmarts.parse.prose import (
    ends_like_question,
    ends_like_sentence,
    looks_like_headline,
)
from newsmarts.parse.reading import BODY_ROLES, NOISE, Reading, Roles, take
from newsmarts.parse.related import RelatedBlocks, start_of_post
from newsmarts.parse.tickers import REPEAT, TickerLines

MAX_SUBHEADING_CHARS = 120
MAX_TAG_CHARS = 60
_MAX_LABEL_CHARS = 40
_PROMO_STARTS = frozenset(
    case(word) for word in ("read", "also") for case in (str.lower, str.title, str.upper)
)
_NO_TEXT = frozenset({"image", "caption", "field"})

_PROMO = re.compile(r"(?:read (?:more|also)|also read)\s?[:|]\s*(.*)", re.IGNORECASE)
_PROMO_AT_END = re.compile(r"""(?<=[.!?"”’'])\s(?:[Rr]ead (?:more|also)|[Aa]lso [Rr]ead)\s?: (.+)$""")


@dataclass(slots=True)
class Body:
    """What the blocks of an article's region came to."""

    blocks: list[BodyBlock] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class BodyReader:
    """Reads the blocks [start, end) of a reading as an article's body.

    ``related_labels`` and ``noise`` (entries of lists) are casefolded; ``known_headlines`` are headlines
    that the page lists elsewhere; ``tags_last`` says that a list at the very end is the article's tags.
    """

    reading: Reading
    roles: Roles
    ticker: TickerLines
    related_labels: Collection[str]
    noise: Collection[str]
    known_headlines: Collection[str] = ()
    tags_last: bool = False
    body: Body = field(default_factory=Body)
    places: list[int] = field(default_factory=list)  # for each block of the body where it begins
    first: int = 0
    last_text: int = -1
    related: RelatedBlocks = field(init=False)

    def __post_init__(self) -> None:
        self.related = RelatedBlocks(self.reading, self.roles, self.related_labels, self.known_headlines)

    def read(self, start: int, end: int) -> Body:
        """Read the region; every block of it gets its role."""
        texts, kinds, roles = self.reading.texts, self.reading.kinds, self.roles
        index = self.first = start
        self.last_text = self._last_text(start, end)
        if self.tags_last:
            self._unmarked_tags(start, end)
        while index < end:
            kind, text = kinds[index], texts[index]
            if roles[index]:
                index += 1
            elif kind == "bullet":
                index = self._list(index, end)
            elif kind in _NO_TEXT:
                index = self._picture(index, end)
            elif len(text) <= _MAX_LABEL_CHARS and text.casefold() in self.related_labels:
                index = self._related(index, end)
            elif text[:4] in _PROMO_STARTS or _has_sign(text):
                index = self._promo_or_post(index, end)
            else:
                index = self._line(index, text)
        return self.body

    def _picture(self, index: int, end: int) -> int:
        """A picture and its caption, or another block that says nothing."""
        caption = None
        if self.reading.kinds[index] == "image":
            caption = caption_of(self.reading, self.roles, index, end, lead=False)
        stop = index + 1 if caption is None else caption + 1
        take(self.roles, index, stop, NOISE)
        return stop

    def _promo_or_post(self, index: int, end: int) -> int:
        """A promo line, a part of a post, or what only looks like one at first."""
        text = self.reading.texts[index]
        promo = _PROMO.fullmatch(text)
        if promo:
            return self._promo(index, end, promo[1])
        if "(@" in text or ".com/" in text:
            start = start_of_post(self.reading, self.roles, self.body.blocks, index, self.first)
            if start is not None:
                return self._post(start, index)
        return self._line(index, self._without_promo_at_end(text))

    def _line(self, index: int, text: str) -> int:
        """One paragraph or subheading."""
        subheading = self.reading.kinds[index] == "heading" or (
            len(text) <= MAX_SUBHEADING_CHARS and self._is_subheading(index, text)
        )
        self._add(index, BodyBlock("subheading" if subheading else "paragraph", text))
        self.roles[index] = "subheading" if subheading else "paragraph"
        return index + 1

    def _is_subheading(self, index: int, text: str) -> bool:
        """Whether a short line doesn't end like a sentence, or is a question, and text follows it."""
        question = ends_like_question(text) and text[0] not in "\"“‘'«"
        if ends_like_sentence(text) and not (question and len(text) <= MAX_SUBHEADING_CHARS // 2):
            return False
        return index < self.last_text  # a subheading heads something

    def _last_text(self, start: int, end: int) -> int:
        """The last unused line of [start, end); -1 when there is none."""
        kinds, roles = self.reading.kinds, self.roles
        last = end - 1
        while last >= start and (roles[last] or kinds[last] not in {"text", "heading"}):
            last -= 1
        return last if last >= start else -1

    def _post(self, start: int, index: int) -> int:
        """One embedded post, its lines on one line: the post's words, then its author and date."""
        first = len(self.places)
        while first and self.places[first - 1] >= start:
            first -= 1
        words = [block.text or "" for block in self.body.blocks[first:]]
        del self.body.blocks[first:], self.places[first:]
        for at in range(start, index):
            if self.roles[at] in BODY_ROLES:
                self.roles[at] = "embed"
        self._add(start, BodyBlock("embed", " ".join([*words, self.reading.texts[index]])))
        self.roles[index] = "embed"
        return index + 1

    def _add(self, index: int, block: BodyBlock) -> None:
        """Put a block that begins with a block of the reading into the body."""
        self.body.blocks.append(block)
        self.places.append(index)

    # related headlines and promos

    def _promo(self, index: int, end: int, headline: str) -> int:
        roles, texts = self.roles, self.reading.texts
        roles[index] = "related_headlines"
        index += 1
        if not headline and index < end and self.related.is_free(index) and looks_like_headline(texts[index]):
            headline = texts[index]  # the label is a line of its own
            roles[index] = "related_headlines"
            index += 1
        if headline:
            self.body.related.append(headline)
        return index

    def _without_promo_at_end(self, text: str) -> str:
        match = _PROMO_AT_END.search(text)
        if match is None or not looks_like_headline(match[1]):
            return text
        self.body.related.append(match[1])
        return text[: match.start()]

    def _related(self, label: int, end: int) -> int:
        """A label and one to three headlines."""
        texts, roles = self.reading.texts, self.roles
        roles[label] = "label"
        start = label + 1
        stop = self.related.end(label, end)
        linked = any(self.reading.link(index) is not None for index in range(start, stop))
        for index in range(start, stop):
            if not self.related.is_free(index) or self.reading.kinds[index] == "image":
                continue
            roles[index] = "related_headlines"
            if texts[index] and (not linked or self.reading.link(index) is not None):
                self.body.related.append(texts[index])
        return stop

    # lists and tags

    def _list(self, start: int, end: int) -> int:
        """A list of the body; or, at its very end, the article's tags."""
        reading, roles = self.reading, self.roles
        stop = start + 1
        while stop < end and reading.kinds[stop] == "bullet" and not reading.apart[stop] and not roles[stop]:
            stop += 1
        items = [text for text in reading.texts[start:stop] if text and text.casefold() not in self.noise]
        if not items:
            take(roles, start, stop, NOISE)
        elif self.tags_last and self._nothing_left(stop, end) and self._are_tags(start, stop, items):
            self.body.tags += [item for item in items if not self.ticker.has(item)]
            take(roles, start, stop, "tags")
        else:
            items = [item for item in items if not self.ticker.has(item)]
            take(roles, start, stop, "list" if items else REPEAT)
            if items:
                self._add(start, BodyBlock("list", items=tuple(items)))
        return stop

    def _unmarked_tags(self, start: int, end: int) -> None:
        """Tags without a list's markup: the last blocks, linked as tags or in a container of their own."""
        reading, roles = self.reading, self.roles
        stop = end
        while stop > start and roles[stop - 1]:
            stop -= 1
        first = stop
        while first > start and not roles[first - 1] and _is_tag_link(reading.link(first - 1)):
            first -= 1
        if first == stop and stop > start + 1 and reading.kinds[stop - 1] == "text":
            group = reading.group_around(stop - 1, start + 1, stop)
            texts = reading.texts[group[0] : stop]
            if len(texts) > 1 and not any(roles[group[0] : stop]) and self._are_names(texts):
                first = group[0] if texts[0].casefold() not in self.related_labels else stop
        self.body.tags += reading.texts[first:stop]
        take(roles, first, stop, "tags")

    def _nothing_left(self, start: int, end: int) -> bool:
        """Whether nothing of the body comes any more: furniture, related blocks and promos at most."""
        texts, at = self.reading.texts, start
        while at < end:
            text = texts[at].casefold()
            if text in self.related_labels and not self.roles[at]:
                at = self.related.end(at, end)
            elif not (self.roles[at] or text in self.noise or _PROMO.fullmatch(texts[at])):
                return False
            at += 1 if text not in self.related_labels else 0
        return True

    def _are_tags(self, start: int, stop: int, items: list[str]) -> bool:
        """Tags are short names; a list that a colon announces, or whose entries are sentences, is body."""
        links = [self.reading.link(index) for index in range(start, stop)]
        if all(_is_tag_link(link) for link in links):
            return True
        before = self.body.blocks[-1] if self.body.blocks else None
        announced = before is not None and before.kind != "list" and (before.text or "").endswith(":")
        if announced and self.roles[start - 1] in {"paragraph", "subheading"}:
            return False
        return self._are_names(items)

    def _are_names(self, texts: list[str]) -> bool:
        return all(len(text) <= MAX_TAG_CHARS and not ends_like_sentence(text) for text in texts)


def _has_sign(text: str) -> bool:
    """Whether a line may be part of a post, or end with a promo."""
    return (
        "(@" in text or ".com/" in text or "ead more:" in text or "ead also:" in text or "lso read:" in text
    )


def _is_tag_link(link: str | None) -> bool:
    return link is not None and "/tag" in link
