"""The raw store in a bucket: an object appears whole or not at all, and is there once the store says so."""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Self

from newsmarts.core import partitions
from newsmarts.core.settings import Settings
from newsmarts.land.store import ObjectWriter

if TYPE_CHECKING:
    from pathlib import Path

    from upath import UPath

log = logging.getLogger(__name__)

_THREADS = 16  # a request spends its time on the way
_UNWRITTEN_BYTES = 64 << 20  # held in memory at most, but for one object


class RemoteObjectWriter:
    """Stores objects as ``newsmarts.land.store.ObjectWriter`` does, several requests at a time."""

    def __init__(self, archive: Path | UPath) -> None:
        self._archive = archive
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="objects")
        self._unwritten: deque[tuple[int, Future[None]]] = deque()
        self._unwritten_bytes = 0
        self._seen: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=True)

    def put(self, data: bytes) -> str:
        """Keep these bytes and return their SHA-256; bytes that are there already aren't written again."""
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 not in self._seen:
            self._seen.add(sha256)
            self._unwritten.append((len(data), self._threads.submit(self._write, sha256, data)))
            self._unwritten_bytes += len(data)
            self._wait(_UNWRITTEN_BYTES)
        return sha256

    def commit(self) -> None:
        """Return when all objects are in the store.

        Raises:
            OSError: one couldn't be written.
        """
        self._wait(0)
        self._seen.clear()

    def _wait(self, limit_bytes: int) -> None:
        while self._unwritten and self._unwritten_bytes > limit_bytes:
            size_bytes, written = self._unwritten.popleft()
            self._unwritten_bytes -= size_bytes
            written.result()

    def _write(self, sha256: str, data: bytes) -> None:
        path = partitions.raw_object_path(self._archive, sha256)
        try:
            found_bytes = path.stat().st_size
        except FileNotFoundError:
            found_bytes = None
        if found_bytes == len(data):
            return
        if found_bytes is not None:
            log.warning(
                "Raw object %s was damaged (%d bytes, not %d): mended", sha256, found_bytes, len(data)
            )
        path.write_bytes(data)


def object_writer(settings: Settings) -> ObjectWriter | RemoteObjectWriter:
    """The writer for where raw bytes are kept."""
    if settings.archive_url is None:
        return ObjectWriter(settings.home)
    return RemoteObjectWriter(settings.archive)
