"""What stands between an article's header and its body: standfirst, ``Listen``, picture and caption."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from include.models import Image
from include.parse.reading import Reading, Roles

_MOST_LINES_BEFORE_PICTURE = 2
_CLOSE = "x"  # the picture viewer's closing cross, a bullet of its own in text captures


@dataclass(frozen=True, slots=True)
class Opening:
    """The standfirst and the picture; the body may go on from ``body_start``."""

    standfirst: str | None
    image: Image | None
    body_start: int


def read_opening(
    reading: Reading,
    roles: Roles,
    start: int,
    end: int,
    *,
    listen_labels: Collection[str],
    ends_opening: Collection[str],
) -> Opening:
    """Read the blocks [start, end) up to the body.

    The standfirst is the first line; every known page has one. A page without picture and ``Listen`` gives
    no sign of where it ends, so there the first line is the standfirst when another line follows it.
    ``ends_opening``: casefolded labels that no opening holds.
    """
    texts, kinds = reading.texts, reading.kinds
    image = None
    picture = _find_picture(reading, roles, start, end)
    if picture is not None:
        image = _read_picture(reading, roles, picture, end)
    listen = next((at for at in range(start, min(end, start + 8)) if texts[at] in listen_labels), None)
    if listen is not None:
        roles[listen] = "label"
    lines: list[int] = []
    for at in range(start, end):
        if roles[at]:
            continue
        if kinds[at] not in {"text", "heading"} or texts[at].casefold() in ends_opening or len(lines) > 1:
            break
        lines.append(at)
    marks = [at for at in (picture, listen) if at is not None]
    if lines and (lines[0] < max(marks) if marks else len(lines) > 1):
        roles[lines[0]] = "standfirst"
        return Opening(texts[lines[0]], image, lines[0] + 1)
    return Opening(None, image, start)


def _find_picture(reading: Reading, roles: Roles, start: int, end: int) -> int | None:
    """The block that the lead picture begins with: a closing cross, a picture, or a bullet with a caption."""
    kinds, lines = reading.kinds, 0
    for index in range(start, end):
        if roles[index]:
            continue
        kind = kinds[index]
        if kind == "image" or (kind == "bullet" and reading.texts[index].lower() == _CLOSE):
            return index
        if kind == "bullet" and _has_caption(reading, index, end):
            return index
        lines += 1
        if lines > _MOST_LINES_BEFORE_PICTURE:
            return None
    return None


def _has_caption(reading: Reading, bullet: int, end: int) -> bool:
    below = bullet + 1
    return (
        below < end
        and not reading.apart[below]
        and (reading.kinds[below] == "caption" or 0 < reading.indents[bullet] < reading.indents[below])
        and reading.kinds[below] != "bullet"
    )


def _read_picture(reading: Reading, roles: Roles, start: int, end: int) -> Image | None:
    """The first alt text and the first caption of the picture's run; None when it has neither."""
    texts, kinds = reading.texts, reading.kinds
    stop = min(reading.run_end(start), end)
    if kinds[start] == "image":
        stop = min(reading.section_end(start), end)
        words = [at for at in range(start + 1, stop) if kinds[at] != "image"]
        if len(words) > 1 and kinds[words[0]] != "caption":
            stop = start + 1  # the container holds more than the picture
    alt = caption = None
    for at in range(start, stop):
        if roles[at]:
            continue
        roles[at] = "image"
        if kinds[at] in {"bullet", "image"}:
            if texts[at].lower() != _CLOSE:
                alt = alt or texts[at] or None
        else:
            caption = caption or texts[at]
    return Image(alt, caption) if alt or caption else None
