"""The lists of other articles under an article: Most Read, Coverage and Read Next.

A ticker line may be among their entries, and a headline of theirs may be in the ticker as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby, pairwise, product
from math import prod
from typing import NamedTuple

from newsmarts.core.records import PageLink
from newsmarts.parse.layout import Layout
from newsmarts.parse.lists import Entry, read_dated_entries, read_sectioned_entries
from newsmarts.parse.reading import Reading, Roles, mark_noise
from newsmarts.parse.sections import Sections
from newsmarts.parse.tickers import REPEAT

_MOST_READINGS = 64
_ALL_WITHIN = 4  # blocks under a list's label


class Lists(NamedTuple):
    """What the lists name."""

    most_read: list[PageLink]
    coverage: list[str]
    read_next: list[PageLink]


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
            into, read = lists.most_read, partial(read_dated_entries, reading, sections=layout.sections)
        else:
            into = lists.read_next
            read = partial(read_sectioned_entries, reading, sections=layout.sections, cut=cut)
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
    """Read a list of names; where most of them are links, all are."""
    texts = reading.texts
    take_all(roles, (at for at in blocks if texts[at] in ticker), REPEAT)
    names = [at for at in blocks if texts[at] and texts[at] not in ticker]
    linked = [at for at in names if reading.link(at) is not None]
    if 2 * len(linked) > len(names):
        names = linked
    if cut and names and names[-1] == blocks[-1]:
        del names[-1]
    into.extend(texts[at] for at in names)
    take_all(roles, names, "coverage")


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
