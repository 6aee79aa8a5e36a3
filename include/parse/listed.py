"""The lists of other articles under an article: Most Read, Coverage and Read Next.

A ticker line may stand among their entries, and a headline of theirs may be in the ticker as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import groupby, pairwise, product, takewhile
from math import prod
from typing import NamedTuple

from include.errors import UnreadablePage
from include.models import PageLink
from include.parse.layout import Layout
from include.parse.lists import read_dated_entries, read_sectioned_entries
from include.parse.reading import Reading, Roles
from include.parse.sections import Section, Sections
from include.parse.tickers import REPEAT

_MOST_READINGS = 64

Entries = list[PageLink]


class Lists(NamedTuple):
    """What the lists name."""

    most_read: Entries
    coverage: list[str]
    read_next: Entries


def read_lists(
    reading: Reading, roles: Roles, layout: Layout, sections: Sections, ticker: Collection[str]
) -> Lists:
    """Read the lists of a page. A capture that is cut off loses the entry that it is cut in.

    Raises:
        UnreadablePage: ticker lines stand among a list's entries, and which are headlines can't be told
            (``unclear_list``).
    """
    texts, shown = reading.texts, frozenset(ticker)
    lists = Lists([], [], [])
    for section in sections.lists:
        blocks = [at for at in range(section.label + 1, section.end) if not roles[at]]
        labels, repeats = [section.label], list(takewhile(lambda at: texts[at] in shown, blocks))
        if len(repeats) < len(blocks) and texts[blocks[len(repeats)]] == layout.all_link:
            labels.append(blocks[len(repeats)])
            del blocks[: len(repeats) + 1]
        else:
            repeats = []
        cut = not sections.has_footer and section.end == len(reading)
        repeats += _read_list(reading, section, blocks, lists, names=layout.sections, ticker=shown, cut=cut)
        for role, places in ((section.name, blocks), (REPEAT, repeats), ("label", labels)):
            for at in places:
                roles[at] = role
    return lists


def _read_list(
    reading: Reading,
    section: Section,
    blocks: Sequence[int],
    into: Lists,
    *,
    names: Collection[str],
    ticker: frozenset[str],
    cut: bool,
) -> list[int]:
    """Add one list's entries; the blocks that are none of them but ticker lines. ``names``: of sections."""
    texts = reading.texts
    if section.name == "coverage":
        said = blocks[:-1] if cut else blocks
        into.coverage.extend(texts[at] for at in said if texts[at] and texts[at] not in ticker)
        return [at for at in blocks if texts[at] in ticker]
    if section.name == "most_read":
        read = partial(read_dated_entries, reading, sections=names)
        entries, others = _read_beside_ticker(reading, blocks, ticker, read)
        into.most_read.extend(entries)
    else:
        read = partial(read_sectioned_entries, reading, sections=names, cut=cut)
        entries, others = _read_beside_ticker(reading, blocks, ticker, read)
        into.read_next.extend(entries)
    return others


def _read_beside_ticker(
    reading: Reading, blocks: Sequence[int], ticker: frozenset[str], read: Callable[[Sequence[int]], Entries]
) -> tuple[Entries, list[int]]:
    """The entries that ``read`` makes of the blocks, and which of these are no part of the list.

    A block that says what a ticker line says is left out, unless it is an entry's headline (or a caption that
    says the same). Of all ways to leave out some of them that one is right which makes the entries alike and
    uses all the other lines. Where this would do with captions and without, they have captions, as on all
    known pages.
    """
    texts = reading.texts
    shown = {at for at in blocks if texts[at] in ticker}
    if not shown:
        return read(blocks), []
    found: list[tuple[tuple[int, int], Entries, list[int]]] = []
    for kept in _ways_to_keep(reading, shown, blocks):
        used = [at for at in blocks if at not in shown or at in kept]
        entries = read(used)
        headlines = [entry.headline for entry in entries]
        headlines += [entry.headline for entry in entries if entry.headline == entry.caption]
        odd_caption = any(entry.caption in ticker and entry.caption != entry.headline for entry in entries)
        if odd_caption or Counter(texts[at] for at in kept) - Counter(headlines):
            continue
        if entries not in [others for _, others, _ in found]:
            without_caption = sum(entry.caption is None for entry in entries)
            goodness = (_oddness(reading, used, entries), without_caption)
            found.append((goodness, entries, sorted(shown - kept)))
    found.sort(key=lambda way: way[0])
    if not found or (len(found) > 1 and found[0][0] == found[1][0]):
        raise UnreadablePage(
            "unclear_list",
            "Ticker lines stand among a list's entries, and which of them are headlines can't be told; one "
            f"is {texts[min(shown)][:80]!r}. Look at the page.",
        )
    return found[0][1:]


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


def _oddness(reading: Reading, blocks: Sequence[int], entries: Entries) -> int:
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
