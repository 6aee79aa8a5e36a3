"""Other articles in a body: where the headlines under a label end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from newsmarts.core.errors import UnreadablePage
from newsmarts.parse.furniture import is_furniture
from newsmarts.parse.layout import MORE_LABELS
from newsmarts.parse.posts import ends_post
from newsmarts.parse.promos import promo_of
from newsmarts.parse.prose import (
    MAX_HEADLINE_CHARS,
    NEXT_SENTENCE,
    looks_like_headline,
    shared_words,
    stems,
)
from newsmarts.parse.reading import NOISE, REPEAT, Reading, Roles

_USUAL = 2
_MOST = 3
_MOST_TIED = 12  # blocks of a related container, with sections and days beside its headlines
_MOST_BLOCKS = 60  # the same with pictures
_LEAST_WORDS = 4  # of a list's entries, on average, when they are headlines; names of tags are shorter
_HEADS_IT = 1 / 2  # of a subheading's longer words, those that come up in the paragraph under it
_LEAST_STEMS = 3
_TITLE_SPACES = 6  # of a longer line it can't be told by its length that it is a subheading
_MAX_SECTION_CHARS = 30
_OWN_PAGE = re.compile(r"#.*|(?:https?://[^/]*)?/(?:\w\w/)?(?:news|articles)/.+|")
_OTHER = frozenset(
    {"ticker", REPEAT, NOISE, "footer", "related_headlines", "most_read", "read_next", "coverage"}
)


@dataclass(slots=True)
class RelatedBlocks:
    """Finds the ends of related blocks.

    ``labels``: casefolded; ``known_headlines``: headlines that the page lists elsewhere.
    """

    reading: Reading
    roles: Roles
    labels: Collection[str]
    known_headlines: Collection[str]
    _stems: Counter[str] | None = None

    def end(self, label: int, end: int) -> int:
        """One past the last headline under a label, at most ``end``.

        A container says so where there is one. Else headlines are lines that don't end like sentences, and
        so may be a subheading after them. A block has two (the site calls it "dual"): a third is a
        subheading, unless the page lists it elsewhere or no text follows it.

        Raises:
            UnreadablePage: neither reading is clear (``unclear_related_block``).
        """
        start = label + 1
        tied = [stop for stop in self.reading.ties(label) if stop <= end and self._all_related(start, stop)]
        if tied:
            return tied[-1]
        if start < end and self.reading.kinds[start] == "bullet":
            return self._end_of_list(start, end)
        cards = self._end_of_cards(start, end)
        if cards > start:
            return cards
        lines: list[int] = []
        for at in range(start, end):
            if self.roles[at] == NOISE:
                continue
            if not self._may_be_related(at, lines[-1] if lines else None):
                break
            lines.append(at)
        else:
            at = end
        linked = [line for line in lines if self.reading.link(line) is not None]
        taken = linked if 0 < len(linked) <= _MOST else self._related_of(lines, at, end)
        return taken[-1] + 1 if taken else start

    def is_free(self, index: int) -> bool:
        """Whether a block may be a related headline; one that repeats a ticker line may."""
        return self.roles[index] in {"", REPEAT}

    def is_headed_by(self, index: int, end: int) -> bool:
        """Whether a line is a label that sites have for other articles, over a headline."""
        after = index + 1
        return (
            self.reading.texts[index].casefold() in MORE_LABELS
            and after < end
            and self.is_free(after)
            and self.reading.kinds[after] in {"text", "bullet"}
            and self.reading.texts[after].count(" ") >= _LEAST_WORDS - 1
            and looks_like_headline(self.reading.texts[after])
        )

    def has_list_under(self, label: int, end: int) -> bool:
        """Whether a list of headlines follows a label, or links that a container (HTML) holds with it."""
        kinds, start = self.reading.kinds, label + 1
        if start < end and kinds[start] == "bullet":
            return self.is_free(start) and self._end_of_list(start, end) > start
        return any(
            stop <= end
            and any(self.reading.link(at) for at in range(start, stop) if kinds[at] != "image")
            and self._all_related(start, stop)
            for stop in self.reading.ties(label)
        )

    def _all_related(self, start: int, stop: int) -> bool:
        """Whether blocks that the layout ties to a label can all belong to its headlines."""
        reading = self.reading
        if stop - start > _MOST_BLOCKS:
            return False
        lines = [at for at in range(start, stop) if reading.kinds[at] != "image" and self.roles[at] != NOISE]
        return 0 < len(lines) <= _MOST_TIED and all(
            self.is_free(at) and (looks_like_headline(reading.texts[at]) or reading.link(at) is not None)
            for at in lines
        )

    def _end_of_list(self, start: int, end: int) -> int:
        stop = min(self.reading.run_end(start), end)
        words = sum(text.count(" ") + 1 for text in self.reading.texts[start:stop])
        return stop if words >= _LEAST_WORDS * (stop - start) else start

    def _end_of_cards(self, start: int, end: int) -> int:
        """One past the cards of a text capture: a headline, and under it its section and day as bullets."""
        at = start
        while (
            at + 1 < end
            and self.reading.head is None
            and self.reading.kinds[at] == "text"
            and self.is_free(at)
            and self.reading.kinds[at + 1] == "bullet"
            and not self.reading.apart[at + 1]
        ):
            stop = min(self.reading.run_end(at), end)
            if stop - at > _MOST or any(
                len(text) > _MAX_SECTION_CHARS for text in self.reading.texts[at + 1 : stop]
            ):
                break
            at = stop
        return at

    def _may_be_related(self, index: int, before: int | None) -> bool:
        text = self.reading.texts[index]
        kind = self.reading.kinds[index]
        if kind != "text" and (kind != "heading" or self.reading.link(index) is None):
            return False
        if (
            not self.is_free(index)
            or text.casefold() in self.labels
            or promo_of(text) is not None
            or is_furniture(text)
            or ends_post(text)
        ):
            return False
        if looks_like_headline(text):
            return True
        if len(text) > MAX_HEADLINE_CHARS or NEXT_SENTENCE.search(text):
            return False
        return self._is_headline_with_stop(index, text, before)

    def _is_headline_with_stop(self, index: int, text: str, before: int | None) -> bool:
        """Whether a sentence under a label is a headline: the first line, or as the headline before it is.

        Raises:
            UnreadablePage: by its words it may as well be text of the article (``unclear_related_block``).
        """
        if before is not None:
            return not looks_like_headline(self.reading.texts[before])
        is_other = self._known(text, [index]) == 0 and len(stems(text)) >= _LEAST_STEMS
        if self.reading.link(index) is None and not is_other:
            raise UnreadablePage(
                "unclear_related_block",
                "The line under a related label may be a headline or text of the body: "
                f"{text[:80]!r}. Look at the page.",
            )
        return True

    def _related_of(self, lines: list[int], following: int, end: int) -> list[int]:
        """Of the lines under a label that look like headlines, those that are; then comes ``following``."""
        texts, roles = self.reading.texts, self.roles
        count = len(lines)
        if count <= _USUAL:
            return lines
        repeats = any(roles[line] == REPEAT for line in lines)  # a headline, or the ticker shows through
        heads_text = following < end and self.reading.kinds[following] == "text" and not roles[following]
        if count == _MOST and not repeats:
            if not heads_text or texts[lines[-1]] in self.known_headlines:
                return lines
            is_title = self._is_title(lines[-1], texts[following])
            if is_title is not None:
                return lines[:_USUAL] if is_title else lines
        if count == _MOST + 1 and heads_text and not repeats:
            shares = [shared_words(texts[line], texts[following]) for line in lines]
            if shares[-1] >= _HEADS_IT and shares[-1] > max(shares[:-1]):
                return lines[:-1]
        raise UnreadablePage(
            "unclear_related_block",
            f"After a related label {count} lines look like headlines, and which of them are body can't be "
            f"told; the last is {texts[lines[-1]][:80]!r}. Look at the page.",
        )

    def _is_title(self, index: int, paragraph: str) -> bool | None:
        """Whether a third line under a label is the article's own; None: it can't be told.

        Subheadings are short, or have the words of their text; another article's headline has none of either.
        """
        text = self.reading.texts[index]
        if text.count(" ") < _TITLE_SPACES or not looks_like_headline(text):
            return True
        if shared_words(text, paragraph) >= _HEADS_IT:
            return True
        return False if len(stems(text)) >= _LEAST_STEMS and not self._known(text, [index]) else None

    def _known(self, text: str, lines: Sequence[int]) -> int:
        """How many of a text's longer words the article has outside of some lines."""
        texts = self.reading.texts
        if self._stems is None:
            kinds, roles = self.reading.kinds, self.roles
            self._stems = Counter(
                stem
                for at, other in enumerate(texts)
                if kinds[at] in {"text", "heading"} and roles[at] not in _OTHER
                for stem in stems(other)
            )
        own = Counter(stem for line in lines for stem in stems(texts[line]))
        return sum(self._stems[stem] > own[stem] for stem in stems(text))


def is_bare_link(reading: Reading, index: int, known_headlines: Collection[str]) -> bool:
    """Whether a paragraph of a page is only a link to another article of the site."""
    link, text = reading.link(index), reading.texts[index]
    return (
        link is not None
        and (reading.kinds[index] == "text" or (reading.kinds[index] == "heading" and "/news/" in link))
        and text.count(" ") >= _LEAST_WORDS - 1
        and (text in known_headlines or _OWN_PAGE.fullmatch(link) is not None)
        and looks_like_headline(text)
    )


def is_list_of_articles(reading: Reading, start: int, stop: int) -> bool:
    """Whether all entries of a list are links to articles of the site, and headlines."""
    if not reading.links or not all(link and _OWN_PAGE.fullmatch(link) for link in reading.links[start:stop]):
        return False
    words = sum(text.count(" ") + 1 for text in reading.texts[start:stop])
    return words >= _LEAST_WORDS * (stop - start)
