"""Tables of an article's body: words and figures in rows. A table that only lays a page out isn't one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from newsmarts.parse.furniture import is_button, is_furniture
from newsmarts.parse.reading import NOISE, Reading, Roles, take
from newsmarts.parse.shape import is_prose
from newsmarts.parse.tickers import check_without_label

_CELLS = frozenset({"td", "th"})
_LEAST = 2  # rows, and cells in a row
_MAX_CELL_CHARS = 300


class Table(NamedTuple):
    """Where a table ends (one past its last block), and its text: a row a line, a tab between cells."""

    end: int
    text: str


def tables_in(reading: Reading, roles: Roles, start: int, end: int) -> Mapping[int, Table]:
    """The tables of data among the blocks [start, end), by their first block; their blocks get that role.

    A table's caption isn't part of it.

    Raises:
        UnreadablePage: a cell begins with the ticker's label (``unclear_ticker``).
    """
    if "table" not in reading.names:
        return {}
    found: dict[int, Table] = {}
    for container, tag in enumerate(reading.names):
        if tag == "table" and start <= reading.starts[container] < reading.ends[container] <= end:
            first, table = _table(reading, roles, container)
            if table is not None:
                found[first] = table
                take(roles, first, table.end, "table")
    return found


def _table(reading: Reading, roles: Roles, container: int) -> tuple[int, Table | None]:
    """The first block of a table's cells, and the table; None when it only lays out what it holds."""
    rows: dict[int, list[int]] = {}
    for inner in _inside(reading, container):
        if reading.names[inner] == "table":
            return -1, None
        if reading.names[inner] in _CELLS:
            rows.setdefault(reading.parents[inner], []).append(inner)
    cells = [cell for row in rows.values() for cell in row]
    if not cells:
        return -1, None
    first, last = reading.starts[cells[0]], reading.ends[cells[-1]]
    lines = [[_words(reading, cell) for cell in row] for row in rows.values()]
    lines = [line for line in lines if any(line)]
    filled = [cell for cell in cells if not _is_of_frame(reading, roles, cell)]
    is_table = (
        sum(sum(map(bool, line)) >= _LEAST for line in lines) >= _LEAST
        and sum(reading.ends[cell] - reading.starts[cell] for cell in cells) == last - first
        and set(roles[first:last]) <= {"", NOISE}
        and not {"caption", "field"} & set(reading.kinds[first:last])
        and max(len(words) for line in lines for words in line) <= _MAX_CELL_CHARS
        and 2 * sum(_is_data(reading, cell) for cell in filled) > len(filled)
    )
    if not is_table:
        return -1, None
    for words in filter(None, chain.from_iterable(lines)):
        check_without_label(words)
    return first, Table(last, "\n".join(map("\t".join, lines)))


def _inside(reading: Reading, container: int) -> Iterator[int]:
    """The containers inside one, in order: they are numbered as they open."""
    inner = container + 1
    while inner < len(reading.parents) and reading.parents[inner] >= container:
        yield inner
        inner += 1


def _words(reading: Reading, cell: int) -> str:
    """A cell's text, without what its pictures are said to show."""
    blocks = range(reading.starts[cell], reading.ends[cell])
    return " ".join(reading.texts[at] for at in blocks if reading.kinds[at] != "image")


def _is_of_frame(reading: Reading, roles: Roles, cell: int) -> bool:
    """Whether a cell is empty, or has nothing but words of the page's frame and buttons."""
    texts = [reading.texts[at] for at in range(reading.starts[cell], reading.ends[cell]) if not roles[at]]
    return all(is_furniture(text) or is_button(text) for text in texts)


def _is_data(reading: Reading, cell: int) -> bool:
    """Whether a cell has words alone: no paragraph, no link, no picture."""
    return not any(
        reading.kinds[at] == "image" or reading.link(at) is not None or is_prose(reading, at)
        for at in range(reading.starts[cell], reading.ends[cell])
    )
