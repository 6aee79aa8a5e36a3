"""What a page consists of, whatever its words mean: paragraphs, links to articles, dated entries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from newsmarts.parse.addresses import Site
from newsmarts.parse.prose import ends_like_sentence
from newsmarts.parse.reading import Reading
from newsmarts.parse.times import CLOCK, DAY

_SHORTEST_PROSE = 50  # characters; captions, labels and headlines are mostly shorter
_SURE_PROSE = 140
_SENTENCE_ENDS = "。！？।"
_DATED = re.compile(
    rf"(?:{DAY}|\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/\d{{4}})(?:,? (?:[-|–] )?{CLOCK})?"
    rf"|(?:[Tt]oday|[Yy]esterday)(?: {CLOCK})?|\d{{1,2}} [A-Z][a-z]{{2,8}}(?: {CLOCK})?"
    r"|\d{1,2} (?:minutes?|hours?|days?|weeks?|months?) ago"
)
MANY_ENTRIES = 4
_MOST_ALIKE = 0.75
_LINES = frozenset({"text", "bullet"})


@dataclass(frozen=True, slots=True)
class Shape:
    """Counts of some of a page's blocks."""

    prose: int  # paragraphs
    longest_run: int  # of paragraphs that follow each other, pictures and labels between
    articles: int  # different articles that it links to
    dated: int  # lines that are nothing but a time
    captions: int

    @property
    def is_like_article(self) -> bool:
        """Whether several paragraphs follow each other."""
        return self.longest_run > 1

    @property
    def list_of(self) -> str | None:
        """What it is a list of, in words; None when it isn't a list.

        Each entry of a list may have a paragraph; a few paragraphs beside a list may be a short article.
        """
        for count, what in ((self.articles, "links to articles"), (self.dated, "dated entries")):
            if count >= MANY_ENTRIES and self._are_of_entries(count):
                return f"{count} {what} and {'no' if not self.prose else 'one'} paragraph of text" + (
                    " with each" if self.prose else ""
                )
        return None

    def _are_of_entries(self, entries: int) -> bool:
        return not self.prose or (self.longest_run == 1 and self.prose >= _MOST_ALIKE * entries)


def shape_of(reading: Reading, blocks: Sequence[int], site: Site) -> Shape:
    """The shape of some of a page's blocks."""
    texts, kinds = reading.texts, reading.kinds
    prose = run = longest = dated = captions = 0
    articles: set[str] = set()
    for at in blocks:
        link = reading.link(at)
        if kinds[at] in {"image", "field"}:
            continue
        if link is not None:
            address = site.article_at(link)
            if address is not None:
                articles.add(address)
                run = 0
        elif kinds[at] == "caption":
            captions += 1
        elif kinds[at] in _LINES and is_prose(reading, at):
            prose, run = prose + 1, run + 1
            longest = max(longest, run)
        elif _DATED.fullmatch(texts[at][:40]):
            dated, run = dated + 1, 0
    return Shape(prose, longest, len(articles), dated, captions)


def is_prose(reading: Reading, index: int) -> bool:
    """Whether a line reads like a paragraph: a long sentence, a long line, or one of several hard-wrapped."""
    text = reading.texts[index]
    size = len(text) * (2 if ord(max(text, default=" ")) > 0x2E80 else 1)  # Chinese says it in half
    if size < _SHORTEST_PROSE or reading.link(index) is not None:
        return False
    if size >= _SURE_PROSE or ends_like_sentence(text) or text.rstrip('”’"»)')[-1:] in _SENTENCE_ENDS:
        return True
    before, after = index - 1, index + 1
    is_wrapped = after < len(reading) and not reading.apart[after] and _is_long(reading, after)
    return is_wrapped or (before >= 0 and not reading.apart[index] and _is_long(reading, before))


def _is_long(reading: Reading, index: int) -> bool:
    return len(reading.texts[index]) >= _SHORTEST_PROSE
