"""Which line of a page is its headline.

It is the first heading of an HTML page; in a text capture the line over the byline.
"""

from __future__ import annotations

from collections.abc import Sequence

from newsmarts.core.errors import UnreadablePage
from newsmarts.parse.header import Header
from newsmarts.parse.layout import Layout
from newsmarts.parse.metadata import is_headline
from newsmarts.parse.prose import MAX_HEADLINE_CHARS, ends_like_sentence
from newsmarts.parse.reading import Head, Reading, Roles

_HIGHEST_LEVELS = 2  # "first h1 or h2": scrapers of the Arabic edition
_H1_REACH = 10  # blocks beyond the header's end
_H2_REACH = 2  # an h2 farther on may be a standfirst or subheading


def is_high_heading(reading: Reading, index: int) -> bool:
    """Whether a block is an h1 or h2."""
    return reading.kinds[index] == "heading" and reading.indents[index] <= _HIGHEST_LEVELS


def first_heading(reading: Reading, roles: Roles, layout: Layout, start: int, header_end: int) -> int | None:
    """The first h1 from a block on that is neither the site's name nor a label, else the first such h2.

    A time may be over the headline, so it is looked for a little beyond the header's end.
    """
    texts, size = reading.texts, len(reading)
    for level, end in ((1, header_end + _H1_REACH), (2, header_end + _H2_REACH)):
        for at in range(start, min(end, size)):
            if reading.kinds[at] != "heading" or reading.indents[at] != level or roles[at]:
                continue
            if texts[at] not in layout.passed_over and not layout.is_label(texts[at]):
                return at
    return None


def take_headline(
    reading: Reading, roles: Roles, layout: Layout, header: Header, ticker: list[str]
) -> int | None:
    """The headline's block; None when the page has none.

    HTML: the first h1 or h2, or the line that the head calls the page by. Else the one line by itself
    right over the header; lines without a blank line between them aren't a headline but a ticker whose
    label is missing, and are added to ``ticker``.

    Raises:
        UnreadablePage: several lines could be the headline (``unclear_headline``).
    """
    found = None
    if reading.head is not None:
        found = first_heading(reading, roles, layout, 0, header.end)
        if found is None:
            found = _named_by_head(reading, roles, reading.head, layout, header.start)
    if found is None:
        found = _line_over_header(reading, roles, layout, header.start, ticker)
    if found is not None:
        roles[found] = "headline"
    return found


def _named_by_head(reading: Reading, roles: Roles, head: Head, layout: Layout, end: int) -> int | None:
    """The last line before ``end`` that the page's head calls the page by."""
    for index in range(end - 1, -1, -1):
        if not roles[index] and is_headline(head, reading.texts[index], layout.site_names):
            return index
    return None


def _line_over_header(
    reading: Reading, roles: Roles, layout: Layout, end: int, ticker: list[str]
) -> int | None:
    texts = reading.texts
    single = lines_over_header(reading, roles, layout, end, ticker)
    if len(single) > 1:
        raise unclear_headline(reading, single)
    if single and len(texts[single[0]]) > MAX_HEADLINE_CHARS and ends_like_sentence(texts[single[0]]):
        raise UnreadablePage(
            "unclear_headline",
            f"The line over the byline reads like text: {texts[single[0]][:80]!r}. Look at the page.",
        )
    return single[0] if single else None


def lines_over_header(
    reading: Reading, roles: Roles, layout: Layout, end: int, ticker: list[str]
) -> list[int]:
    """The lines by themselves over a header that begins at ``end``, without those of the page's frame.

    Lines without a blank line between them are a ticker without its label: they are added to ``ticker``.
    """
    texts, kinds = reading.texts, reading.kinds
    first = end
    while first and not (kinds[first - 1] == "bullet" and texts[first - 1]) and not roles[first - 1]:
        first -= 1
    runs: list[list[int]] = []
    for index in range(first, end):
        if kinds[index] not in {"text", "heading"} or reading.link(index) is not None:
            continue
        if texts[index] in layout.passed_over or texts[index].casefold() in layout.noise:
            continue
        if not runs or reading.apart[index]:
            runs.append([])
        runs[-1].append(index)
    for index in [index for run in runs if len(run) > 1 for index in run]:
        roles[index] = "ticker"
        ticker.append(texts[index])
    single = [run[0] for run in runs if len(run) == 1]
    if len(single) > 1:  # a line of the ticker may be there as decoration
        shown = frozenset(ticker)
        single = [index for index in single if texts[index] not in shown]
    return single


def unclear_headline(reading: Reading, lines: Sequence[int]) -> UnreadablePage:
    """The reason of a page of which several lines could be the headline."""
    shown = ", ".join(repr(reading.texts[at][:60]) for at in lines[:3])
    return UnreadablePage(
        "unclear_headline",
        f"{len(lines)} lines over the byline could be the headline: {shown}. Look at the page.",
    )
