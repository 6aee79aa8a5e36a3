"""The captured bytes of a day's pages, checked by their SHA-256; those in an object store prefetched."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.core import partitions
from newsmarts.core.errors import UnreadablePage
from newsmarts.core.object_store import is_remote
from newsmarts.core.records import Capture

if TYPE_CHECKING:
    from upath import UPath

# A store answers in some 20 ms, a page is parsed in 5: so many requests at once keep the parser busy.
_FETCHERS = 8
_AHEAD = 16  # pages in memory

Taken = tuple[Capture, Callable[[], bytes]]
"""A capture, and what gives its bytes or raises UnreadablePage."""


def with_bytes(captures: Iterable[Capture], archive: Path | UPath) -> Iterator[Taken]:
    """The captures in their order, each with its bytes, to be taken once."""
    if not is_remote(archive):
        for capture in captures:
            yield capture, partial(raw_bytes, capture, archive)
        return
    waiting: deque[Taken] = deque()
    with ThreadPoolExecutor(_FETCHERS, thread_name_prefix="raw") as fetchers:
        try:
            for capture in captures:
                waiting.append((capture, fetchers.submit(raw_bytes, capture, archive).result))
                if len(waiting) >= _AHEAD:
                    yield waiting.popleft()
            while waiting:
                yield waiting.popleft()
        finally:
            fetchers.shutdown(wait=False, cancel_futures=True)


def raw_bytes(capture: Capture, archive: Path | UPath) -> bytes:
    """The captured bytes.

    Raises:
        UnreadablePage: they can't be read, or aren't those that were landed.
    """
    path = partitions.raw_object_path(archive, capture.sha256)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadablePage(
            "raw_bytes_damaged",
            f"{path.name} in raw/objects can't be read: {error.strerror}. Land the page anew.",
        ) from None
    if hashlib.sha256(data).hexdigest() != capture.sha256:
        raise UnreadablePage(
            "raw_bytes_damaged",
            f"{path.name} in raw/objects doesn't hold the bytes that it is named after. "
            "Check the disk, remove the file, and land the page anew.",
        )
    return data
