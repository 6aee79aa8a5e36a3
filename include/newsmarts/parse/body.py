"""The grammar of an article's body: paragraphs, subheadings, lists, tables, posts, and what isn't body.

Shared by all publishers. Related blocks and promo lines are read into ``related``; ticker lines in the
body are dropped. Structure (headings, links, containers) decides where a page has it; a text capture
has only words, so there a subheading is a short line that doesn't end like a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from newsmarts.core.errors import UnreadablePage
from newsmarts.core.records import BodyBlock
from newsmarts.parse.body_end import NO_TEXT, BodyEnd
from newsmarts.parse.forms import mark_forms
from newsmarts.parse.furniture import (
    FURNITURE_WORDS,
    is_button,
    is_control,
    is_furniture,
    is_paywall,
    is_post_link,
    is_stray,
)
from newsmarts.parse.layout import MORE_LABELS
from newsmarts.parse.opening import caption_of
from newsmarts.parse.pictures import is_credit, may_be_picture, printed_picture
from newsmarts.parse.posts import may_end_post, posts_in, start_of_post
from newsmarts.parse.promos import PROMO_WORDS, cut_promo, promo_of
from newsmarts.parse.prose import first_word, looks_like_headline, may_head_text
from newsmarts.parse.reading import BODY_ROLES, NOISE, REPEAT, Reading, Roles, take
from newsmarts.parse.related import RelatedBlocks, is_bare_link, is_list_of_articles
from newsmarts.parse.stories import check_not_removed, copies_end
from newsmarts.parse.subheadings import Subheadings
from newsmarts.parse.tables import tables_in
from newsmarts.parse.tags import are_tags, is_tag_link, tags_in_line, take_unmarked_tags
from newsmarts.parse.tickers import TickerLines, check_without_label

_MAX_LABEL_CHARS = 40
_SET_WORDS = FURNITURE_WORDS | PROMO_WORDS | {first_word(label) for label in MORE_LABELS}
_MAX_SET_CHARS = 260  # of a line that a page sets among the text
_SHORT_CHARS = 40  # an author may write a shorter line twice
_LEAST_WORDS = 4  # of a headline that is a link, and no more
_LAST_LINE = re.compile(
    r"\(?(?:(?P<tags>tags?|topics?|key ?words?)|source|المصدر) ?: ?\S.{0,80}|(?:#\w+[\s,]*)+", re.IGNORECASE
)


@dataclass(slots=True)
class Body:
    """What the blocks of an article's region came to."""

    blocks: list[BodyBlock] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    dropped: int = 0  # lines of furniture


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
    related: RelatedBlocks = field(init=False)
    end: BodyEnd = field(init=False)
    subheadings: Subheadings = field(init=False)

    def __post_init__(self) -> None:
        self.related = RelatedBlocks(self.reading, self.roles, self.related_labels, self.known_headlines)
        self.end = BodyEnd(self.reading, self.roles, self.related, self.noise, self.tags_last)
        self.subheadings = Subheadings(self.reading, self.roles, self.related_labels)

    def read(self, start: int, end: int) -> Body:
        """Read the region; every block of it gets its role."""
        texts, kinds, roles = self.reading.texts, self.reading.kinds, self.roles
        index = self.first = start
        mark_forms(self.reading, roles, start, end)
        tables = tables_in(self.reading, roles, start, end)
        posts = posts_in(self.reading, roles, start, end)
        self.subheadings.look_at(start, end)
        if self.tags_last:
            self.body.tags += take_unmarked_tags(self.reading, self.roles, self.related_labels, start, end)
        while index < end:
            kind, text = kinds[index], texts[index]
            if index in tables:
                self._add(index, BodyBlock("table", tables[index].text))
                index = tables[index].end
            elif index in posts:
                self._add(index, BodyBlock("embed", posts[index].text))
                index = posts[index].end
            elif roles[index]:
                index += 1
            elif kind == "bullet":
                index = self._list(index, end)
            elif kind in NO_TEXT:
                index = self._picture(index, end)
            elif len(text) <= _MAX_LABEL_CHARS and text.casefold() in self.related_labels:
                index = self._related(index, end)
            elif len(text) <= _MAX_SET_CHARS and self._may_be_set(index, text):
                index = self._set_line(index, end, text)
            else:
                index = self._text(index, end)
        self._drop_copy()
        check_not_removed(self.body.blocks)
        return self.body

    def _drop_copy(self) -> None:
        """Leave out the second copy of a body that a page holds twice, for wide screens and small ones."""
        end = copies_end(self.body.blocks)
        if end is not None:
            for at in range(self.places[end], len(self.roles)):
                if self.roles[at] in BODY_ROLES:
                    self.roles[at] = NOISE
            del self.body.blocks[end:], self.places[end:]

    def _may_be_set(self, index: int, text: str) -> bool:
        """Whether a line may be set among the text by the page, by its first word or what is over it."""
        first = first_word(text)
        after_noise = index > self.first and self.roles[index - 1] == NOISE
        return first in _SET_WORDS or after_noise or not first or first[0].isdigit() or first[0] == "#"

    def _set_line(self, index: int, end: int, text: str) -> int:
        """A line that a page may set among the text, if it is one."""
        if self.related.is_headed_by(index, end):
            return self._related(index, end)
        if self._is_furniture(index, end):
            self.roles[index] = NOISE
            self.body.dropped += 1
            return index + 1
        heads = self.reading.kinds[index] == "heading" and self.reading.link(index) is None
        promo = promo_of(text, only_strong=heads)
        if promo is not None and (promo.headline or self._is_label(index, end, promo.is_strong)):
            return self._promo(index, end, promo.headline)
        if promo is not None and self.related.has_list_under(index, end):
            return self._related(index, end)
        if self.reading.kinds[index] != "heading" and (is_stray(text) or is_credit(text)):
            self.roles[index] = NOISE
            return index + 1
        return self._control(index, end) if is_control(text) else self._text(index, end)

    def _is_furniture(self, index: int, end: int) -> bool:
        """Whether a line is something the page set among the text.

        Raises:
            UnreadablePage: it asks for a subscription, and nothing of the text follows (``paywall``).
        """
        text = self.reading.texts[index]
        if is_paywall(text):
            if self.end.is_before(index + 1, end):
                raise UnreadablePage(
                    "paywall",
                    f"The text ends with a request to subscribe or log in: {text[:80]!r}. Capture the page "
                    "as a subscriber, or from an archive.",
                )
            return True
        if is_furniture(text):
            if is_post_link(text):
                self._drop_channel(index)
            return True
        if index > self.first and self.roles[index - 1] == NOISE and is_button(text):
            return True
        last = _LAST_LINE.fullmatch(text)
        if last is None or not may_head_text(text) or not self.end.is_before(index + 1, end):
            return False
        if last["tags"] and self.tags_last:
            self.body.tags += tags_in_line(text)
        return True

    def _drop_channel(self, link_at: int) -> None:
        """Leave out the channel's name, which is over the address of a post of it."""
        if self.places and self.places[-1] == link_at - 1 and may_head_text(self.reading.texts[link_at - 1]):
            self.roles[self.places.pop()] = NOISE
            self.body.blocks.pop()

    def _picture(self, index: int, end: int) -> int:
        """A picture and its caption, or another block that says nothing."""
        reading, caption = self.reading, None
        if reading.kinds[index] == "image":
            caption = caption_of(reading, self.roles, index, end, lead=False)
        stop = index + 1 if caption is None else caption + 1
        take(self.roles, index, stop, NOISE)
        return stop

    def _text(self, index: int, end: int) -> int:
        """A link to another article, part of a post, or a paragraph or subheading with or without a promo."""
        text = self.reading.texts[index]
        if self.reading.links and is_bare_link(self.reading, index, self.known_headlines):
            return self._promo(index, end, text)
        if may_end_post(text):
            start = start_of_post(self.reading, self.roles, self.body.blocks, index, self.first)
            if start is not None:
                return self._post(start, index)
        cut = cut_promo(text)
        if cut is not None:
            text = cut[0]
            self.body.related.append(cut[1])
        check_without_label(text)
        if len(text) > _SHORT_CHARS and self.body.blocks and self.body.blocks[-1].text == text:
            self.roles[index] = NOISE  # a copy for another screen, or for screen readers
            return index + 1
        subheading = self.subheadings.has(index, text)
        self._add(index, BodyBlock("subheading" if subheading else "paragraph", text))
        self.roles[index] = "subheading" if subheading else "paragraph"
        return index + 1

    def _is_label(self, index: int, end: int, is_strong: bool) -> bool:
        """Whether a promo's label alone on its line has its headline on the next."""
        after = index + 1
        return (
            after < end
            and self.related.is_free(after)
            and self.reading.kinds[after] in {"text", "heading"}
            and self.reading.texts[after].count(" ") >= _LEAST_WORDS - 2
            and looks_like_headline(self.reading.texts[after])
            and (is_strong or self.reading.texts[index][-1] in ":|>»")
        )

    def _control(self, index: int, end: int) -> int:
        """The button that unfolds the rest of a text.

        Raises:
            UnreadablePage: the rest isn't there (``truncated_page``).
        """
        if self.end.is_before(index + 1, end):
            raise UnreadablePage(
                "truncated_page",
                f"The text ends with {self.reading.texts[index]!r}, so the rest of it may be folded away. "
                "Capture the page with all of it shown.",
            )
        self.roles[index] = NOISE
        return index + 1

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

    def _promo(self, index: int, end: int, headline: str | None) -> int:
        roles, texts = self.roles, self.reading.texts
        roles[index] = "related_headlines"
        index += 1
        if headline is None and index < end:
            headline = texts[index]  # the label is a line of its own
            roles[index] = "related_headlines"
            index += 1
        if headline:
            self.body.related.append(headline)
        return index

    def _related(self, label: int, end: int) -> int:
        """A label and one to three headlines."""
        texts, roles = self.reading.texts, self.roles
        roles[label] = "label"
        start = label + 1
        stop = self.related.end(label, end)
        linked = any(self.reading.link(index) is not None for index in range(start, stop))
        first = next((kind for kind in self.reading.kinds[start:stop] if kind != "image"), None)
        for index in range(start, stop):
            if not self.related.is_free(index) or self.reading.kinds[index] == "image":
                continue
            roles[index] = "related_headlines"
            is_note = self.reading.kinds[index] == "bullet" != first  # a card's section or day
            if texts[index] and not is_note and (not linked or self.reading.link(index) is not None):
                self.body.related.append(texts[index])
        return stop

    # lists and tags

    def _list(self, start: int, end: int) -> int:
        """A list of the body; or, at its very end, the article's tags."""
        reading, roles = self.reading, self.roles
        picture = printed_picture(reading, roles, start, end)
        if picture is not None:
            take(roles, start, picture, NOISE)
            while picture < end and not roles[picture] and is_credit(reading.texts[picture]):
                roles[picture] = NOISE
                picture += 1
            return picture
        stop = start + 1
        while stop < end and reading.kinds[stop] == "bullet" and not reading.apart[stop] and not roles[stop]:
            stop += 1
        items = [text for text in reading.texts[start:stop] if text and text.casefold() not in self.noise]
        if not items or (stop > start + 1 and all(is_furniture(text) or is_stray(text) for text in items)):
            take(roles, start, stop, NOISE)
        elif is_list_of_articles(reading, start, stop) and not self._is_announced(start):
            self.body.related += items
            take(roles, start, stop, "related_headlines")
        elif (
            self.tags_last
            and (not self.body.tags or is_tag_link(reading.link(start)))
            and self.end.is_before(stop, end, tags=False)
            and are_tags(reading, start, stop, items, announced=self._is_announced(start))
        ):
            # in this place words of labels are tags too ("X", "Coverage")
            self.body.tags += [
                text for text in reading.texts[start:stop] if text and not self.ticker.has(text)
            ]
            take(roles, start, stop, "tags")
        else:
            items = [item for item in items if not self.ticker.has(item)]
            goes_on = stop < end and reading.kinds[stop] == "bullet" and not self.end.is_before(stop, end)
            if (
                items
                and may_be_picture(reading, roles, start, stop)
                and not (goes_on or self._is_announced(start))
            ):
                raise UnreadablePage(
                    "unclear_caption",
                    f"A list's only entry may be a picture's alt text: {items[0][:80]!r}. Look at the page.",
                )
            take(roles, start, stop, "list" if items else REPEAT)
            if items:
                self._add(start, BodyBlock("list", items=tuple(items)))
        return stop

    def _is_announced(self, start: int) -> bool:
        """Whether the text right over a list announces it by a colon."""
        before = self.body.blocks[-1] if self.body.blocks else None
        announces = before is not None and before.kind != "list" and (before.text or "").endswith(":")
        return announces and self.roles[start - 1] in {"paragraph", "subheading"}
