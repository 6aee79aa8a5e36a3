"""The raw store: captured bytes, kept once under their SHA-256, read-only, never changed.

Objects are written in batches. A batch is made safe in this order: each object goes to the disk under a
temporary name; it gets its right name; the folders with the new names go to the disk. So an object appears
complete or not at all, and after ``commit`` a power cut loses none: only then may a manifest name them.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from newsmarts.core import partitions
from newsmarts.core.failures import room_for
from newsmarts.core.files import TEMPORARY_PREFIX, fsync_path, sweep_folder
from newsmarts.core.settings import Settings

if TYPE_CHECKING:
    from upath import UPath

log = logging.getLogger(__name__)

# A disk flushes once for several threads that wait for it.
_THREADS = 8
_GROUP_OBJECTS, _GROUP_BYTES = 64, 1 << 20  # handed to a thread at a time
_BATCH_OBJECTS, _BATCH_BYTES = 4096, 512 << 20  # given their names together; a killed run loses one batch
_UNWRITTEN_BYTES = 64 << 20  # held in memory at most, but for one object
_REQUESTS = 16  # to an object store at a time: a request spends its time on the way
_REPAIRED = "Raw object %s was damaged (%d bytes, not %d): repaired"
_STALE_SECONDS = 24 * 3600.0
_SWEPT = ".objects-swept"


class _ThreadedWriter:
    """Writes on threads of its own, with a bound on the bytes that wait for them."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="objects")
        self._unwritten: deque[tuple[int, Future[None]]] = deque()
        self._unwritten_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _submit(self, size_bytes: int, write: Callable[[], None]) -> None:
        self._unwritten.append((size_bytes, self._threads.submit(write)))
        self._unwritten_bytes += size_bytes
        self._wait(_UNWRITTEN_BYTES)

    def _wait(self, limit_bytes: int = -1) -> None:
        """Return when no more bytes than this wait; -1: no object at all, though it be empty.

        Raises what writing them raised.
        """
        while self._unwritten and self._unwritten_bytes > limit_bytes:
            size_bytes, written = self._unwritten.popleft()
            self._unwritten_bytes -= size_bytes
            written.result()


class ObjectWriter(_ThreadedWriter):
    """Stores objects; use it as a context, and ``commit`` before anything names them."""

    def __init__(self, home: Path) -> None:
        super().__init__(_THREADS)
        self._root = partitions.objects_path(home)
        self._objects = str(self._root)
        self._staging: Path | None = None
        self._group: list[tuple[str, bytes]] = []
        self._group_bytes = 0
        self._batch: dict[str, str] = {}
        self._batch_bytes = 0
        self._prefixes: set[str] = set()  # of the folders that have objects put since the last commit

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        if self._staging is not None:
            shutil.rmtree(self._staging, ignore_errors=True)

    def put(self, data: bytes) -> str:
        """Keep these bytes and return their SHA-256; bytes that are there already aren't written again.

        An object of the wrong size is a damaged one (a disk's doing: objects appear complete or not at all);
        it is replaced, and the log says so.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        self._prefixes.add(sha256[:2])
        if sha256 in self._batch or self._is_there(sha256, len(data)):
            return sha256
        temporary = f"{self._staging_folder()}/{TEMPORARY_PREFIX}{sha256}"
        self._batch[sha256] = temporary
        self._batch_bytes += len(data)
        self._group.append((temporary, data))
        self._group_bytes += len(data)
        if len(self._group) >= _GROUP_OBJECTS or self._group_bytes >= _GROUP_BYTES:
            self._hand_over()
        if len(self._batch) >= _BATCH_OBJECTS or self._batch_bytes >= _BATCH_BYTES:
            self.commit()
        return sha256

    def commit(self) -> None:
        """Return when all objects are on the disk, under their names.

        Raises:
            OSError: one couldn't be written; none of those since the last commit has its name then.
        """
        self._hand_over()
        self._wait()
        # those of objects that were there too: a run that was killed may not have come to this
        folders = [self._root / prefix for prefix in sorted(self._prefixes)]
        for folder in folders:
            folder.mkdir(exist_ok=True)
        if folders:
            fsync_path(self._root)
        for sha256, temporary in self._batch.items():
            os.replace(temporary, self._path(sha256))
        for _ in self._threads.map(fsync_path, folders):
            pass
        self._batch.clear()
        self._prefixes.clear()
        self._batch_bytes = 0

    def _is_there(self, sha256: str, size_bytes: int) -> bool:
        try:
            facts = os.stat(self._path(sha256))  # noqa: PTH116 - see _path
            if facts.st_size != size_bytes:
                log.warning(_REPAIRED, sha256, facts.st_size, size_bytes)
                return False
            if time.time() - facts.st_mtime > _STALE_SECONDS:
                self._mark_fresh(sha256)
        except FileNotFoundError:
            return False
        return True

    def _mark_fresh(self, sha256: str) -> None:
        """Keep the object from being removed as named by no manifest. Raises FileNotFoundError."""
        try:
            os.utime(self._path(sha256))
        except FileNotFoundError:
            raise
        except OSError:  # another user's file, or a read-only disk
            log.debug("Raw object %s can't be marked as fresh", sha256, exc_info=True)

    def _path(self, sha256: str) -> str:
        """As partitions.raw_object_path, which would take seconds for a million objects."""
        return f"{self._objects}/{sha256[:2]}/{sha256}"

    def _staging_folder(self) -> Path:
        if self._staging is None:
            with room_for(self._root, 0):
                _make_folder(self._root)
                self._staging = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=self._root))
        return self._staging

    def _hand_over(self) -> None:
        if self._group:
            group, size_bytes = self._group, self._group_bytes
            self._group, self._group_bytes = [], 0
            self._submit(size_bytes, partial(_write, group))


class RemoteObjectWriter(_ThreadedWriter):
    """Stores objects in a bucket, where each appears complete or not at all, several requests at a time."""

    def __init__(self, archive: Path | UPath) -> None:
        super().__init__(_REQUESTS)
        self._archive = archive
        self._seen: set[str] = set()

    def put(self, data: bytes) -> str:
        """Keep these bytes and return their SHA-256; bytes that are there already aren't written again."""
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 not in self._seen:
            self._seen.add(sha256)
            self._submit(len(data), partial(self._write, sha256, data))
        return sha256

    def commit(self) -> None:
        """Return when all objects are in the store.

        Raises:
            OSError: one couldn't be written.
        """
        self._wait()
        self._seen.clear()

    def _write(self, sha256: str, data: bytes) -> None:
        path = partitions.raw_object_path(self._archive, sha256)
        try:
            found_bytes = path.stat().st_size
        except FileNotFoundError:
            found_bytes = None
        if found_bytes == len(data):
            return
        if found_bytes is not None:
            log.warning(_REPAIRED, sha256, found_bytes, len(data))
        path.write_bytes(data)


def object_writer(settings: Settings) -> ObjectWriter | RemoteObjectWriter:
    """The writer for where raw bytes are kept."""
    if settings.archive_url is None:
        return ObjectWriter(settings.home)
    return RemoteObjectWriter(settings.archive)


def _make_folder(path: Path) -> None:
    """Make a folder and those above it, and flush the names of the new ones to the disk."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        fsync_path(folder.parent)


def sweep(home: Path, now: float | None = None) -> int:
    """Remove what killed runs left below ``raw`` more than a day ago.

    Returns how many files and folders with temporary names it removed.

    At most once a day: a store of a million objects takes a second to look through.
    """
    root = partitions.objects_path(home)
    now = time.time() if now is None else now
    stamp = root.with_name(_SWEPT)
    try:
        # a stamp of the future is of a clock that has been set back since
        if not root.is_dir() or 0 <= now - stamp.stat().st_mtime < _STALE_SECONDS:
            return 0
    except FileNotFoundError:
        pass
    swept = sum(sweep_folder(folder, now - _STALE_SECONDS) for folder in _swept_folders(home))
    stamp.touch()
    os.utime(stamp, (now, now))
    if swept:
        log.info("Removed %d temporary files and folders that killed runs left in %s", swept, root.parent)
    return swept


def _swept_folders(home: Path) -> Iterator[Path]:
    """Every folder in which something is written under a temporary name first."""
    for root in (partitions.objects_path(home), home / "raw" / "manifest"):
        yield root
        if root.is_dir():
            yield from (Path(entry.path) for entry in os.scandir(root) if entry.is_dir())
    yield partitions.archive_index_path(home, "any").parent
    yield partitions.web_path(home)


def _write(group: list[tuple[str, bytes]]) -> None:
    with room_for(Path(group[0][0]).parent.parent, sum(len(data) for _, data in group)):
        _write_each(group)


def _write_each(group: list[tuple[str, bytes]]) -> None:
    for path, data in group:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
        try:
            os.fchmod(descriptor, 0o444)  # whatever the umask
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
