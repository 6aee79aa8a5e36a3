"""Lists of other articles on a page: entries of a caption, a headline, a section and maybe a day."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from include.models import PageLink
from include.parse.reading import Reading
from include.parse.times import DAY, parse_day

_DAY = re.compile(DAY)


def read_dated_entries(reading: Reading, start: int, end: int, sections: Collection[str]) -> list[PageLink]:
    """Entries that end with a day: caption (maybe), headline, section (maybe), day.

    What follows the last day is no entry: a capture may be cut off there.
    """
    texts, kinds = reading.texts, reading.kinds
    entries = []
    first = start
    for index in range(start, end):
        day = parse_day(texts[index]) if _DAY.fullmatch(texts[index]) else None
        if day is None:
            continue
        lines = [(kinds[at], texts[at]) for at in range(first, index) if texts[at]]
        first = index + 1
        section = None
        if lines and (lines[-1][0] == "bullet" or lines[-1][1] in sections or len(lines) > 2):
            section = lines.pop()[1]
        headline = lines.pop()[1] if lines else None
        if headline is not None:
            entries.append(PageLink(headline, _caption(lines), section, day))
    return entries


def read_sectioned_entries(
    reading: Reading, start: int, end: int, sections: Collection[str], *, cut: bool
) -> list[PageLink]:
    """Entries of caption (maybe), section (maybe) and headline.

    A line with no blank line before it is the section of the caption above it. ``cut``: the page ends here
    without its footer, so the last line may be half a line and its entry is left out.
    """
    texts, kinds, apart = reading.texts, reading.kinds, reading.apart
    entries = []
    index = start
    while index < end:
        image = kinds[index] == "image"
        if (
            image
            and index + 1 < end
            and texts[index + 1] == texts[index]
            and texts[index + 1] not in sections
        ):
            ahead = texts[index + 2] if index + 2 < end else ""
            if ahead in sections:  # the picture's alt text and its caption say the same
                index += 1
        caption = section = None
        following = index + 1
        if following < end and (texts[following] in sections or (not image and not apart[following])):
            caption, section, at = texts[index], texts[following], index + 2
        elif texts[index] in sections:
            section, at = texts[index], following
        elif image or following < end:
            caption, at = texts[index], following
        else:
            at = index
        if at < end and not (cut and at == end - 1):
            entries.append(PageLink(texts[at], caption or None, section))
        index = at + 1
    return entries


def _caption(lines: Sequence[tuple[str, str]]) -> str | None:
    """The last line above a headline; a picture's alt text only when there is no other."""
    said = [text for kind, text in lines if kind != "image"] or [text for _, text in lines]
    return said[-1] if said else None
