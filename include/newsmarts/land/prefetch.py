"""Prefetching: one thread reads archives while another stores what was read.

Unpacking, hashing and writing let other threads run, so that two cores land nearly twice as fast as one.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from newsmarts.land.capture import Found, Item

_CHUNK_ITEMS, _CHUNK_BYTES = 64, 1 << 20  # a chunk
_CHUNKS = 8  # read ahead at most
_POLL_SECONDS = 0.1
_END_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Deferred:
    """An item that has been read, with work left to do on it: for the thread that stores."""

    size_bytes: int
    finish: Callable[[], Item]


class _Failed:
    """An exception of the reading thread."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


_Chunks = queue.Queue[list[Item | Deferred] | _Failed | None]


def prefetch(items: Generator[Item | Deferred, None, None]) -> Iterator[Item]:
    """The same items, and the error that ends them, from a thread of their own.

    The thread has ended when this iterator has; one that waits for a lock ends when it has that.
    """
    chunks: _Chunks = queue.Queue(_CHUNKS)
    stop = threading.Event()
    thread = threading.Thread(target=_read, args=(items, chunks, stop), name="prefetch", daemon=True)
    thread.start()
    try:
        while (chunk := chunks.get()) is not None:
            if isinstance(chunk, _Failed):
                raise chunk.error
            for item in chunk:
                yield item.finish() if isinstance(item, Deferred) else item
    finally:
        stop.set()
        thread.join(_END_SECONDS)


def _read(
    items: Generator[Item, None, None],
    chunks: _Chunks,
    stop: threading.Event,
) -> None:
    chunk: list[Item | Deferred] = []
    size_bytes = 0
    try:
        for item in items:
            chunk.append(item)
            size_bytes += _size_bytes(item)
            if len(chunk) >= _CHUNK_ITEMS or size_bytes >= _CHUNK_BYTES:
                if not _put(chunks, chunk, stop):
                    return
                chunk, size_bytes = [], 0
    except BaseException as error:  # noqa: BLE001 - it is raised where the items are consumed
        if _put(chunks, chunk, stop):
            _put(chunks, _Failed(error), stop)
    else:
        if _put(chunks, chunk, stop):
            _put(chunks, None, stop)
    finally:
        items.close()  # what it holds (locks, files) is this thread's


def _put(
    chunks: _Chunks,
    chunk: list[Item | Deferred] | _Failed | None,
    stop: threading.Event,
) -> bool:
    """Hand on a chunk; False when the consumer has stopped."""
    while not stop.is_set():
        try:
            chunks.put(chunk, timeout=_POLL_SECONDS)
        except queue.Full:
            continue
        return True
    return False


def _size_bytes(item: Item | Deferred) -> int:
    if isinstance(item, Deferred):
        return item.size_bytes
    return len(item.data) if isinstance(item, Found) else 0
