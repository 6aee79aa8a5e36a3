"""The labelled lists under an article: Most Read, Coverage and Read Next; they and the footer end its body.

A ticker line may be among a list's entries, and a headline of theirs may be in the ticker as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from itertools import groupby, pairwise, product
from math import prod
from typing import NamedTuple

from newsmarts.core.errors import UnreadablePage
from newsmarts.core.records import PageLink
from newsmarts.parse.layout import FOOTER, LIST_NAMES, Labels, Layout
from newsmarts.parse.lists import Entry, read_dated_entries, read_sectioned_entries
from newsmarts.parse.reading import REPEAT, Reading, Roles, mark_noise
from newsmarts.parse.times import is_stamp

_MAX_NAME_CHARS = 100
_COUNT = re.compile(r"\d{1,5} (?:articles?|stories|items|posts|news)", re.IGNORECASE)
_LEAST_SPACES = 5  # in a sentence that describes
_LEAST_ENTRIES = 2
_MOST_ENTRY_BLOCKS = 6  # pictures and captions of two entries among them
_MOST_READINGS = 64
_ALL_WITHIN = 4  # blocks under a list's label


class Section(NamedTuple):
    """A labelled list: its name, its label's block, and one past its last block."""

    name: str
    label: int
    end: int


class Sections(NamedTuple):
    """The lists of a page, and its footer's first block (the page's length when it has none)."""

    lists: tuple[Section, ...]
    footer: int
    has_footer: bool

    def first_after(self, index: int) -> int | None:
        """Where the first list or the footer after a block begins; None when the page has neither."""
        starts = [section.label for section in self.lists if section.label >= index]
        if self.has_footer and self.footer >= index:
            starts.append(self.footer)
        return min(starts, default=None)


def find_sections(
    reading: Reading,
    roles: Roles,
    layout: Layout,
    labels: Labels,
    *,
    headline: int,
    ticker: Collection[str],
) -> Sections:
    """Find the labelled lists of a page.

    A line is a label when it is one word for word and what follows looks like its list: ``Most Read`` has
    days, times or sections, ``Coverage`` and ``Read Next`` open with ``All`` or follow another list. A
    subheading that happens to be "Coverage" is therefore body. A label that is the capture's very last line
    counts only when the line is complete: "Most Read" may be the beginning of "Most Read was the title of …".

    Raises:
        UnreadablePage: the footer's line is over the lists (``unclear_footer``).
    """
    texts, size = reading.texts, len(reading.texts)
    footer = next((at for at, name in labels if name == FOOTER and at >= headline), size)
    has_footer = footer < size
    before, frame = footer, layout.masthead.union(ticker)
    while has_footer and before > headline + 1 and _may_be_frame(texts[before - 1], frame, layout):
        before -= 1
        if texts[before] in layout.masthead:
            footer = before
    found = [
        (at, name)
        for at, name in labels
        if at < footer and name in LIST_NAMES and not roles[at] and (at + 1 < size or reading.ended)
    ]
    below = next((at for at, name in labels if at > footer and name == "most_read"), None)
    if (
        below is not None
        and not found
        and _is_list(reading, "most_read", below + 1, size, layout, trusted=False)
    ):
        raise UnreadablePage(
            "unclear_footer",
            f"A line of the footer ({texts[footer][:80]!r}) stands over the lists that end an article, so "
            "its body may go on under it. Look at the page.",
        )
    lists: list[Section] = []
    for position, (index, name) in enumerate(found):
        end = found[position + 1][0] if position + 1 < len(found) else footer
        if index < headline < end:
            end = headline
        trusted = bool(lists) and lists[-1].end == index
        if _is_list(reading, name, index + 1, end, layout, trusted=trusted):
            lists.append(Section(name, index, end))
    return Sections(tuple(lists), footer, has_footer)


def _may_be_frame(text: str, frame: Collection[str], layout: Layout) -> bool:
    return text in frame or text.casefold() in layout.noise


def _is_list(reading: Reading, name: str, start: int, end: int, layout: Layout, *, trusted: bool) -> bool:
    texts, sections = reading.texts, layout.sections
    if start == end or texts[start] == layout.all_link:
        return True
    if name == "most_read":
        return any(map(is_stamp, texts[start:end])) or _is_undated_list(reading, start, end, sections)
    if name == "coverage":
        return trusted and len(texts[start]) <= _MAX_NAME_CHARS
    return trusted


def _is_undated_list(reading: Reading, start: int, end: int, sections: Collection[str]) -> bool:
    """Whether the blocks are headlines that are links, or have sections between them at a list's distance."""
    places = [at for at in range(start, end) if reading.texts[at] in sections]
    steps = [other - one for one, other in pairwise(places)]
    if steps and min(steps) > 1 and max(steps) <= _MOST_ENTRY_BLOCKS:
        return True
    lines = [at for at in range(start, end) if reading.texts[at] and reading.kinds[at] != "image"]
    return sum(bool(reading.link(at)) for at in lines) >= max(len(lines) / 2, _LEAST_ENTRIES)


class Lists(NamedTuple):
    """What the lists name."""

    most_read: list[PageLink]
    coverage: list[str]
    read_next: list[PageLink]

    def latest_day(self, published_local: datetime | None) -> date | None:
        """The latest day that a page of that publication time names: it was captured then or later."""
        days = [link.published_on for link in self.most_read if link.published_on is not None]
        if published_local is not None:
            days.append(published_local.date())
        return max(days, default=None)


def read_lists(
    reading: Reading, roles: Roles, layout: Layout, sections: Sections, ticker: Collection[str]
) -> Lists:
    """Read the lists of a page. What can't be read for certain is left out, and stays without a role.

    A capture that is cut off loses the entry that it is cut in.
    """
    texts, shown = reading.texts, frozenset(ticker)
    lists = Lists([], [], [])
    for section in sections.lists:
        mark_noise(reading, roles, layout.noise, section.label + 1, section.end)
        blocks = [at for at in range(section.label + 1, section.end) if not roles[at]]
        roles[section.label] = "label"
        first = [texts[at] for at in blocks[:_ALL_WITHIN]]
        if layout.all_link in first:
            above = first.index(layout.all_link)
            roles[blocks[above]] = "label"
            take_all(roles, (at for at in blocks[:above] if texts[at] in shown), REPEAT)
            del blocks[: above + 1]
        cut = not sections.has_footer and section.end == len(reading)
        if section.name == "coverage":
            _read_names(reading, roles, blocks, lists.coverage, ticker=shown, cut=cut)
            continue
        if section.name == "most_read":
            into, read_entries = lists.most_read, read_dated_entries
        else:
            into, read_entries = lists.read_next, read_sectioned_entries
        read = partial(read_entries, reading, sections=layout.sections, cut=cut)
        for entry in _read_beside_ticker(reading, roles, blocks, shown, read):
            into.append(entry.link)
            take_all(roles, entry.blocks, section.name)
        take_all(roles, (at for at in blocks if reading.kinds[at] == "image"), section.name)
    return lists


def take_all(roles: Roles, blocks: Iterable[int], role: str) -> None:
    """Write down what some blocks were taken for."""
    for at in blocks:
        roles[at] = role


def _read_names(
    reading: Reading,
    roles: Roles,
    blocks: Sequence[int],
    into: list[str],
    *,
    ticker: Collection[str],
    cut: bool,
) -> None:
    """Read a list of names; where most of them are links, all are. What describes one isn't a name."""
    texts = reading.texts
    take_all(roles, (at for at in blocks if texts[at] in ticker), REPEAT)
    names = [at for at in blocks if texts[at] and texts[at] not in ticker and not _is_description(texts[at])]
    linked = [at for at in names if reading.link(at) is not None]
    if 2 * len(linked) > len(names):
        names = linked
    if cut and names and names[-1] == blocks[-1]:
        del names[-1]
    into.extend(texts[at] for at in names)
    take_all(roles, names, "coverage")


def _is_description(text: str) -> bool:
    return (
        len(text) > _MAX_NAME_CHARS
        or (text.endswith(".") and text.count(" ") >= _LEAST_SPACES)
        or is_stamp(text)
        or _COUNT.fullmatch(text) is not None
    )


def _read_beside_ticker(
    reading: Reading,
    roles: Roles,
    blocks: Sequence[int],
    ticker: frozenset[str],
    read: Callable[[Sequence[int]], list[Entry]],
) -> list[Entry]:
    """The entries that ``read`` makes of the blocks, those that hold for certain.

    A block that says what a ticker line says is left out, unless it is an entry's headline (or a caption that
    says the same). Of all ways to leave out some of them that one is right which makes the entries alike and
    uses all the other lines; where several do, what they have in common. Where this would do with captions
    and without, the entries have captions, as on all known pages.
    """
    texts = reading.texts
    shown = {at for at in blocks if texts[at] in ticker}
    if not shown:
        return read(blocks)
    found: list[tuple[tuple[int, int], list[Entry]]] = []
    for kept in _ways_to_keep(reading, shown, blocks):
        used = [at for at in blocks if at not in shown or at in kept]
        entries = read(used)
        links = [entry.link for entry in entries]
        headlines = [link.headline for link in links]
        headlines += [link.headline for link in links if link.headline == link.caption]
        odd_caption = any(link.caption in ticker and link.caption != link.headline for link in links)
        if odd_caption or Counter(texts[at] for at in kept) - Counter(headlines):
            continue
        goodness = (_oddness(reading, used, links), sum(link.caption is None for link in links))
        found.append((goodness, entries))
    best = min((goodness for goodness, _ in found), default=None)
    readings = [entries for goodness, entries in found if goodness == best] or [[]]
    certain = [
        entry
        for entry in readings[0]
        if all(entry.link in [other.link for other in others] for others in readings)
    ]
    take_all(roles, shown, REPEAT)
    return certain


def _ways_to_keep(
    reading: Reading, shown: Collection[int], blocks: Sequence[int]
) -> Iterator[frozenset[int]]:
    """The ways to keep one line of each run of ticker lines, two that say the same, or none.

    When there are too many ways, none or all.
    """
    texts = reading.texts
    runs = [list(run) for is_shown, run in groupby(blocks, lambda at: at in shown) if is_shown]
    choices = [
        [
            (),
            *((at,) for at in run),
            *(pair for pair in pairwise(run) if len({texts[at] for at in pair}) == 1),
        ]
        for run in runs
    ]
    if prod(map(len, choices)) > _MOST_READINGS:
        yield from (frozenset(), frozenset(shown))
        return
    for chosen in product(*choices):
        yield frozenset(at for places in chosen for at in places)


def _oddness(reading: Reading, blocks: Sequence[int], entries: Sequence[PageLink]) -> int:
    """How many entries aren't like most of them, and how many lines are in none."""
    said = Counter(reading.texts[at] for at in blocks if reading.kinds[at] != "image")
    pictured = {reading.texts[at] for at in blocks if reading.kinds[at] == "image"}
    shapes = Counter(
        (entry.caption is None, entry.caption in pictured, entry.section is None) for entry in entries
    )
    for entry in entries:
        said.subtract(text for text in (entry.caption, entry.headline, entry.section) if text)
    unused = sum(count for count in said.values() if count > 0)
    return len(entries) - max(shapes.values(), default=0) + unused
