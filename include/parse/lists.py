"""Lists of other articles on a page: entries of a caption, a headline, a section and maybe a day."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from include.models import PageLink
from include.parse.reading import Reading
from include.parse.times import DAY, parse_day

_DAY = re.compile(DAY)


def read_dated_entries(reading: Reading, blocks: Sequence[int], sections: Collection[str]) -> list[PageLink]:
    """Entries that end with a day: caption (maybe), headline, section (maybe), day.

    What follows the last day is no entry: a capture may be cut off there.
    """
    texts, kinds = reading.texts, reading.kinds
    entries = []
    lines: list[tuple[str, str]] = []
    for index in blocks:
        text = texts[index]
        day = parse_day(text) if text[:1].isdigit() and _DAY.fullmatch(text) else None
        if day is None:
            if text:
                lines.append((kinds[index], text))
            continue
        section = None
        if lines and (lines[-1][0] == "bullet" or lines[-1][1] in sections or len(lines) > 2):
            section = lines.pop()[1]
        if lines:
            headline = lines.pop()[1]
            entries.append(PageLink(headline, _caption(lines), section, day))
        lines = []
    return entries


def read_sectioned_entries(
    reading: Reading, blocks: Sequence[int], sections: Collection[str], *, cut: bool
) -> list[PageLink]:
    """Entries of caption (maybe), section (maybe) and headline.

    A line with no blank line before it is the section of the caption above it. ``cut``: the page ends here
    without its footer, so the last line may be half a line and its entry is left out.
    """
    texts, kinds, apart = reading.texts, reading.kinds, reading.apart
    entries = []
    place, size = 0, len(blocks)
    while place < size:
        here = blocks[place]
        image = kinds[here] == "image"
        following = [blocks[at] for at in (place + 1, place + 2) if at < size]
        if (
            image
            and len(following) > 1
            and texts[here] == texts[following[0]]
            and texts[following[1]] in sections
        ):
            place += 1  # the picture's alt text and its caption say the same
            continue
        caption = section = None
        if following and (texts[following[0]] in sections or not (image or apart[following[0]])):
            caption, section, at = texts[here], texts[following[0]], place + 2
        elif texts[here] in sections:
            section, at = texts[here], place + 1
        elif following:
            caption, at = texts[here], place + 1
        else:
            at = place
        if at < size and not (cut and at == size - 1):
            entries.append(PageLink(texts[blocks[at]], caption or None, section))
        place = at + 1
    return entries


def _caption(lines: Sequence[tuple[str, str]]) -> str | None:
    """The last line above a headline; a picture's alt text only when there is no other."""
    said = [text for kind, text in lines if kind != "image"] or [text for _, text in lines]
    return said[-1] if said else None
