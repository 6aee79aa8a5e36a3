"""Finding which of many texts are in other texts, in time that hardly depends on how many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

_SIZES = (8, 4, 1)  # bytes that NumPy has numbers of
_HASH_BITS = 18
_ODD = np.uint64(0x9E3779B97F4A7C15)  # spreads numbers that are alike (Fibonacci hashing)
_LINE_END = b"\n"


class Finder:
    """Texts, made ready to be found.

    The first eight bytes of each, or four, or one of a shorter one, are compared as a number with those at
    all places of a text at once; what begins alike there is compared as a whole.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """``texts`` have no line ends; those that are empty are not looked for."""
        by_size: dict[int, defaultdict[bytes, list[bytes]]] = {size: defaultdict(list) for size in _SIZES}
        for text in filter(None, dict.fromkeys(texts)):
            found = text.encode()
            size = next(size for size in _SIZES if size <= len(found))
            by_size[size][found[:size]].append(found)
        self._tables = [(size, _table(size, begun), begun) for size, begun in by_size.items() if begun]

    def find(self, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Each place of a text in one of the lines: the line's number, from 0, and the text."""
        data = _LINE_END.join([line.encode() for line in lines])
        for size, table, begun in self._tables:
            for at in np.flatnonzero(table[_hashes(size, data)]).tolist():
                for text in begun.get(data[at : at + size], ()):
                    if data.startswith(text, at):
                        yield data.count(_LINE_END, 0, at), text.decode()


def _table(size: int, beginnings: Iterable[bytes]) -> npt.NDArray[np.bool_]:
    """Which hashes the beginnings have."""
    table = np.zeros(1 << _HASH_BITS, np.bool_)
    table[[int(_hashes(size, beginning)[0]) for beginning in beginnings]] = True
    return table


def _hashes(size: int, data: bytes) -> npt.NDArray[np.int64]:
    """A hash of so many bytes from each place on."""
    if len(data) < size:
        return np.empty(0, np.int64)
    numbers = np.ndarray(len(data) - size + 1, f"<u{size}", data, strides=(1,))
    hashes = (numbers * _ODD) >> np.uint64(64 - _HASH_BITS)
    return hashes.view(np.int64)  # by which NumPy takes elements in a third of the time
