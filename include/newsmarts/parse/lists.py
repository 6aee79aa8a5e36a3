"""Lists of other articles on a page: entries of a caption, a headline, a section and maybe a day.

An entry that has a line too many or too few can't be read for certain, and is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple, TypeVar

from newsmarts.core.records import PageLink
from newsmarts.parse.reading import Reading
from newsmarts.parse.times import DAY, is_stamp, parse_day

_DAY = re.compile(DAY)
_Value = TypeVar("_Value")


class Entry(NamedTuple):
    """An entry of a list, and the blocks that it was read from."""

    link: PageLink
    blocks: tuple[int, ...]


def read_dated_entries(
    reading: Reading, blocks: Sequence[int], sections: Collection[str], *, cut: bool
) -> list[Entry]:
    """Entries of caption (maybe), headline, section (maybe) and day or time (of any form, maybe).

    An entry without a day ends with its section, where days are under sections, or before the next picture,
    where each entry begins with one. ``cut``: as for ``read_sectioned_entries``.
    """
    texts, kinds = reading.texts, reading.kinds
    stamps = {at for at in blocks if is_stamp(texts[at])}
    kind = _usual(kinds[at] for at in stamps)
    if stamps and kind is None:
        return []
    stamps = {at for at in stamps if kinds[at] == kind}
    groups = [(group, _lines(reading, group)) for group in _groups(reading, blocks, stamps, sections)]
    most = _usual(len(lines) for group, lines in groups if group[-1] in stamps)
    entries = []
    for group, lines in groups:
        stamped = group[-1] in stamps
        day = parse_day(texts[group[-1]]) if stamped else None
        if cut and group[-1] == blocks[-1] and day is None:
            continue  # it may be half an entry, and "28 Nov" half a day
        if stamped and group[-1] in lines:
            lines.pop()
        if most is not None and len(lines) >= most:
            continue  # a line too many; the day is one of the lines
        section = None
        listed = lines and kinds[lines[-1]] == "bullet" and (stamped or reading.head is None)
        if lines and (listed or texts[lines[-1]] in sections or (stamped and len(lines) > 2)):
            section = texts[lines.pop()]
        is_entry = stamped or section is not None or kinds[group[0]] == "image"
        if 0 < len(lines) <= 2 and (is_entry or reading.link(lines[-1])):
            caption = texts[lines[0]] if len(lines) == 2 else _alt(reading, group)
            link = PageLink(texts[lines[-1]], caption, section, day)
            entries.append(Entry(link, tuple(group)))
    return entries


def _groups(
    reading: Reading, blocks: Sequence[int], stamps: Collection[int], sections: Collection[str]
) -> list[list[int]]:
    """The blocks of each entry of a list whose entries may end with a day."""
    texts, kinds = reading.texts, reading.kinds
    bullets = {at for at in blocks if reading.head is None and kinds[at] == "bullet"}
    named = bullets | {at for at in blocks if texts[at] in sections}
    under = any(one in named and other in stamps for one, other in pairwise(blocks)) or (
        not stamps and (bool(bullets) or bool(named.intersection(blocks[-1:])))
    )
    # headlines and nothing else
    alone = not (stamps or named) and all(reading.link(at) for at in _lines(reading, blocks))
    pictured = bool(blocks) and kinds[blocks[0]] == "image"
    groups: list[list[int]] = [[]]
    for index in blocks:
        last = groups[-1][-1] if groups[-1] else None
        if last is not None and (
            last in stamps
            or (under and last in named and index not in stamps and index not in named)
            or (pictured and kinds[index] == "image" and _lines(reading, groups[-1]))
            or (alone and not pictured)
        ):
            groups.append([])
        groups[-1].append(index)
    return [group for group in groups if group]


def read_sectioned_entries(
    reading: Reading, blocks: Sequence[int], sections: Collection[str], *, cut: bool
) -> list[Entry]:
    """Entries of caption (maybe), section (maybe) and headline.

    A list has a section for each of its entries or for none. ``cut``: the page ends here without its footer,
    so the last line may be half a line and its entry is left out.
    """
    places = _sections(reading, blocks, sections)
    entries = _between(reading, blocks, places) if places else _in_pairs(reading, blocks)
    return [entry for entry in entries if not (cut and entry.blocks[-1] == blocks[-1])]


def _sections(reading: Reading, blocks: Sequence[int], sections: Collection[str]) -> list[int]:
    """Where among the blocks sections are: known ones, and in text captures lines right under a caption."""
    found: list[int] = []
    for place, index in enumerate(blocks):
        under = (
            reading.head is None
            and place > 0
            and blocks[place - 1] == index - 1
            and not reading.apart[index]
            and place - 1 not in found
        )
        if reading.texts[index] in sections or under:
            found.append(place)
    return found


def _between(reading: Reading, blocks: Sequence[int], places: Sequence[int]) -> list[Entry]:
    """Entries around their sections: above each its caption, below it its headline."""
    starts, ends = [0, *(place + 1 for place in places)], [*places, len(blocks)]
    stretches = [blocks[start:end] for start, end in zip(starts, ends, strict=True)]
    worded = [_lines(reading, stretch) for stretch in stretches]
    # a headline and the next entry's caption: two lines, or one and a picture
    most = _usual(map(len, worded[1:-1])) or 2
    captions = [
        _caption_above(reading, stretches[at], worded[at], blocks[place], headlines=min(at, 1), most=most)
        for at, place in enumerate(places)
    ]
    captions.append(_Caption(None, True, ()))
    entries = []
    for number, place in enumerate(places):
        caption, following = captions[number], captions[number + 1]
        lines = [at for at in worded[number + 1] if at not in following.blocks]
        if len(lines) == 1 and caption.is_clear and following.is_clear and not _day(reading.texts[lines[0]]):
            link = PageLink(reading.texts[lines[0]], caption.text, reading.texts[blocks[place]])
            entries.append(Entry(link, (*caption.blocks, blocks[place], lines[0])))
    return entries


class _Caption(NamedTuple):
    text: str | None
    is_clear: bool
    blocks: tuple[int, ...]


def _caption_above(
    reading: Reading, above: Sequence[int], lines: Sequence[int], section: int, *, headlines: int, most: int
) -> _Caption:
    """The caption above a section: of the ``lines`` there after so many ``headlines`` (of the entry before).

    A text capture sets it on the line above the section; else it is the last line, or a picture's alt text.
    More lines than a list's stretches have at ``most`` leave it unclear, as does nothing at all.
    """
    if reading.head is None and lines and lines[-1] == section - 1 and not reading.apart[section]:
        return _Caption(reading.texts[lines[-1]], True, (lines[-1],))
    if len(lines) > headlines:
        is_clear = len(lines) == headlines + 1 and len(lines) <= most - 1 + headlines
        return _Caption(reading.texts[lines[-1]], is_clear, (lines[-1],))
    pictures = tuple(at for at in above if reading.kinds[at] == "image" and not (lines and at < lines[-1]))
    return _Caption(_alt(reading, pictures), bool(pictures) or len(lines) == headlines, pictures)


def _in_pairs(reading: Reading, blocks: Sequence[int]) -> list[Entry]:
    """Entries of a list without sections: a caption or picture, and a headline."""
    entries = []
    waiting: list[int] = []
    for index in blocks:
        waiting.append(index)
        if len(waiting) == 2:
            link = PageLink(reading.texts[index], reading.texts[waiting[0]] or None, None)
            entries.append(Entry(link, tuple(waiting)))
            waiting = []
    if waiting:
        entries.append(Entry(PageLink(reading.texts[waiting[0]], None, None), tuple(waiting)))
    return entries


def _alt(reading: Reading, blocks: Sequence[int]) -> str | None:
    """The last alt text of some blocks."""
    said = [reading.texts[at] for at in blocks if reading.kinds[at] == "image" and reading.texts[at]]
    return said[-1] if said else None


def _day(text: str) -> date | None:
    return parse_day(text) if text[:1].isdigit() and _DAY.fullmatch(text) else None


def _lines(reading: Reading, blocks: Sequence[int]) -> list[int]:
    """The blocks with text that aren't pictures."""
    return [at for at in blocks if reading.texts[at] and reading.kinds[at] != "image"]


def _usual(values: Iterable[_Value]) -> _Value | None:
    """The value that most have; None when two are as frequent, or there are none."""
    found = list(values)
    if len(set(found)) == 1:
        return found[0]
    counts = Counter(found)
    most = max(counts.values(), default=0)
    usual = [value for value, count in counts.items() if count == most]
    return usual[0] if len(usual) == 1 else None
