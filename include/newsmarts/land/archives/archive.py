"""Archives as sources: each is read in full once; then a day's landing reads that day's records only."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from typing import TypeVar

from newsmarts.core import publishers
from newsmarts.core.errors import CaptureError, StillMoving
from newsmarts.core.locks import held
from newsmarts.core.settings import Settings
from newsmarts.land import names, saved_pages
from newsmarts.land.archives.entry import Content, Entry, Read, Unverified
from newsmarts.land.archives.index import Index, index_name_of, index_writer
from newsmarts.land.archives.opening import opened
from newsmarts.land.archives.revisits import resolve
from newsmarts.land.archives.warc_record import is_error, status_reason
from newsmarts.land.capture import Found, Item, OtherDay, PassedOver, Rejected, SourceDone, Waiting
from newsmarts.land.names import host_matches, publisher_of_host
from newsmarts.land.reading import InboxFile

log = logging.getLogger(__name__)

T = TypeVar("T")
_Step = Item | tuple[InboxFile, Read]
_CHUNK_ITEMS, _CHUNK_BYTES = 64, 1 << 20  # read at a time
_CHUNKS = 8  # read ahead


class Archives:
    """A feed's archives; ``hosts`` (all when empty) and ``publishers`` (by host) are from its table."""

    def __init__(
        self,
        settings: Settings,
        hosts: Sequence[str] = (),
        publishers_by_host: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = settings
        self._hosts = hosts
        self._publishers = publishers_by_host or {}

    def captures(self, files: Sequence[InboxFile], day: date) -> Iterator[Item]:
        """All that these archives hold of the day; revisits last, when every archive is indexed."""
        if files:
            for step in prefetch(self._steps(files, day), _size_bytes):
                yield self._item(*step) if isinstance(step, tuple) else step

    def every_capture(self, file: InboxFile, days: Container[date] | None = None) -> Iterator[Item]:
        """What one archive holds of these days, or of any, read through once; it is indexed on the way.

        Revisits come last; their originals are looked for in this archive alone.

        Raises:
            StillMoving: it is being written.
        """
        for step in prefetch(self._every_step(file, days), _size_bytes):
            yield self._item(*step) if isinstance(step, tuple) else step

    def days(self, file: InboxFile) -> Counter[date]:
        """How many captures the file has of each day.

        Raises:
            StillMoving: it is being written.
            CaptureError: it can't be read.
        """
        if self._index(file) is None:
            with self._indexing(file) as made:
                if made is None:
                    for _ in self._read_through(file, ()):
                        pass
        return self.indexed_days(file) or Counter()

    def indexed_days(self, file: InboxFile) -> Counter[date] | None:
        """How many captures it has of each day, when that is known without reading it; else None."""
        index = self._index(file)
        return None if index is None else index.days()

    def _steps(self, files: Sequence[InboxFile], day: date) -> Generator[_Step, None, None]:
        revisits: list[tuple[InboxFile, Entry]] = []
        finished: list[SourceDone] = []
        for file in files:
            try:
                for entry, content in self._reads(file, day):
                    if entry.outcome == "revisit":
                        revisits.append((file, entry))
                    else:
                        yield file, (entry, content)
                yield from self._counts(file, day)
                finished.append(SourceDone(index_name_of(file, self._settings)))
            except StillMoving:
                yield Waiting(file.source_path)
            except CaptureError as rejection:
                if file.day == day:
                    yield Rejected(file.source_path, file.captured_at, rejection, file.publisher)
        yield from resolve(files, revisits, self._settings)
        yield from finished

    def _every_step(self, file: InboxFile, days: Container[date] | None) -> Generator[_Step, None, None]:
        revisits: list[tuple[InboxFile, Entry]] = []
        try:
            for entry, content in self._read_through(file, days):
                if entry.outcome == "revisit":
                    revisits.append((file, entry))
                else:
                    yield file, (entry, content)
        except CaptureError as rejection:
            if days is None or file.day in days:
                yield Rejected(file.source_path, file.captured_at, rejection, file.publisher)
        yield from resolve([file], revisits, self._settings)

    def _reads(self, file: InboxFile, day: date) -> Iterator[Read]:
        index = self._index(file)
        if index is None:
            with self._indexing(file) as index:
                if index is None:
                    yield from self._read_through(file, (day,))
                    return
        with opened(file, self._settings) as reader:
            yield from reader.at(index.entries(day))

    def _read_through(self, file: InboxFile, days: Container[date] | None) -> Iterator[Read]:
        """Read the file in full, and make its index on the way; yields what is of these days, None: any."""
        log.info("Indexing archive %r", file.source_path)

        def wanted(entry: Entry) -> bool:
            return (days is None or entry.day in days) and self._is_wanted(entry)

        writer = index_writer(self._settings.home, index_name_of(file, self._settings))
        with opened(file, self._settings) as reader, writer as add:
            for entry, content in reader.records(wanted):
                add(entry)
                if entry.outcome != "passed_over" and wanted(entry):
                    yield entry, content

    def _item(self, file: InboxFile, read: Read) -> Item:
        entry, content = read
        if isinstance(content, Unverified):
            content = content.content()
        if entry.outcome == "passed_over":
            return PassedOver(entry.reason_code or "other_record")
        source_path = f"{file.source_path}!/{entry.name}" if entry.name else file.source_path
        url = entry.url
        if url is None and isinstance(content, Content):
            url = saved_pages.facts_of(content.data).url
        host = names.host_of(url)
        publisher = publisher_of_host(host, self._publishers) if host else publishers.named_in(source_path)
        if isinstance(content, Content):
            status = entry.http_status if entry.http_status is not None else content.http_status
            return Found(
                source_path,
                entry.captured_at,
                content.media_type,
                content.data,
                publisher,
                url,
                status,
                captured_at_precision=entry.captured_at_precision,
                charset=content.charset,
            )
        if entry.http_status is not None and is_error(entry.http_status):  # whatever its bytes are
            content = status_reason(entry.http_status)
        reason = content or CaptureError(
            entry.reason_code or "bad_record", entry.detail or "it can't be read."
        )
        return Rejected(source_path, entry.captured_at, reason, publisher, entry.url)

    def _is_wanted(self, entry: Entry) -> bool:
        host = entry.host
        if not self._hosts or (host is None and entry.outcome == "turned_away"):
            return True
        return host is not None and host_matches(host, self._hosts)

    def _index(self, file: InboxFile) -> Index | None:
        return Index.open(self._settings.home, index_name_of(file, self._settings), self._hosts)

    @contextmanager
    def _indexing(self, file: InboxFile) -> Iterator[Index | None]:
        """Hold the file's index; gives it when another run has made it meanwhile."""
        name = index_name_of(file, self._settings)
        path = self._settings.home / "staged" / ".locks" / f"archive-{name}.lock"
        timeout = self._settings.lock_timeout_seconds
        with held(path, timeout_seconds=timeout, what=f"the index of {file.source_path!r}"):
            yield self._index(file)

    def _counts(self, file: InboxFile, day: date) -> Iterator[Item]:
        index = self._index(file)
        if index is not None:
            yield from (PassedOver(reason, count) for reason, count in index.passed_over(day).items())
            yield from (OtherDay(other, count) for other, count in index.days().items() if other != day)


def prefetch(items: Generator[T, None, None], size_bytes: Callable[[T], int]) -> Iterator[T]:
    """The same items, and the error that ends them, read ahead by a thread of their own.

    Unpacking, hashing and writing let other threads run, so that two cores land nearly twice as fast as one.
    The thread has ended when this iterator has.
    """

    def chunk() -> tuple[list[T], BaseException | None]:
        read: list[T] = []
        left_bytes = _CHUNK_BYTES
        try:
            while len(read) < _CHUNK_ITEMS and left_bytes > 0:
                read.append(next(items))
                left_bytes -= size_bytes(read[-1])
        except BaseException as error:  # noqa: BLE001 - it is raised where the items are consumed
            return read, error
        return read, None

    with ThreadPoolExecutor(1, thread_name_prefix="prefetch") as thread:
        ahead = deque(thread.submit(chunk) for _ in range(_CHUNKS))
        try:
            while True:
                read, error = ahead.popleft().result()
                yield from read
                if isinstance(error, StopIteration):
                    return
                if error is not None:
                    raise error
                ahead.append(thread.submit(chunk))
        finally:
            for waiting in ahead:
                waiting.cancel()
            thread.submit(items.close)  # what it holds (locks, files) is that thread's


def _size_bytes(step: _Step) -> int:
    content = step[1][1] if isinstance(step, tuple) else None
    if isinstance(content, Content):
        return len(content.data)
    return content.size_bytes if isinstance(content, Unverified) else 0
