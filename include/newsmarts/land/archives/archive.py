"""Archives as sources: each is read in full once; then a day's landing reads that day's records only."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial

from newsmarts.core import publishers
from newsmarts.core.errors import CaptureError, StillMoving
from newsmarts.core.locks import held
from newsmarts.core.settings import Settings
from newsmarts.land.archives.entry import Content, Entry, Read, Unverified
from newsmarts.land.archives.index import Index, IndexWriter
from newsmarts.land.archives.opening import index_name_of, opened
from newsmarts.land.archives.revisits import resolve
from newsmarts.land.capture import Found, Item, OtherDay, PassedOver, Rejected, SourceDone, Waiting
from newsmarts.land.names import host_matches, publisher_of_host
from newsmarts.land.prefetch import Deferred
from newsmarts.land.scan import InboxFile

log = logging.getLogger(__name__)


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

    def captures(self, files: Sequence[InboxFile], day: date) -> Generator[Item | Deferred, None, None]:
        """All that these archives hold of the day; revisits last, when every archive is indexed.

        For ``prefetch``, which finishes what comes as ``Deferred``.
        """
        revisits: list[tuple[InboxFile, Entry]] = []
        finished: list[SourceDone] = []
        for file in files:
            try:
                yield from self._of_file(file, day, revisits)
                finished.append(SourceDone(index_name_of(file, self._settings)))
            except StillMoving:
                yield Waiting(file.source_path)
            except CaptureError as rejection:
                if file.day == day:
                    yield Rejected(file.source_path, file.captured_at, rejection, file.publisher)
        if revisits:
            for file, read in resolve(files, revisits, self._settings):
                yield self._item(file, read)
        yield from finished

    def days(self, file: InboxFile) -> Counter[date]:
        """How many captures the file has of each day.

        Raises:
            StillMoving: it is being written.
            CaptureError: it can't be read.
        """
        index = self._index(file)
        if index is None:
            with self._indexing(file) as made:
                if made is None:
                    for _ in self._read_through(file, None):
                        pass
            index = self._index(file)
        return index.days() if index else Counter()

    def indexed_days(self, file: InboxFile) -> Counter[date] | None:
        """How many captures it has of each day, when that is known without reading it; else None."""
        index = self._index(file)
        return None if index is None else index.days()

    def _of_file(
        self, file: InboxFile, day: date, revisits: list[tuple[InboxFile, Entry]]
    ) -> Iterator[Item | Deferred]:
        index = self._index(file)
        if index is None:
            with self._indexing(file) as made:
                if made is None:
                    for read in self._read_through(file, day):
                        yield from self._items(file, read, revisits)
                    yield from _counts(self._index(file), day)
                    return
                index = made
        with opened(file, self._settings) as reader:
            for read in reader.at(index.entries(day)):
                yield from self._items(file, read, revisits)
        yield from _counts(index, day)

    def _read_through(self, file: InboxFile, day: date | None) -> Iterator[Read]:
        """Read the file in full, and make its index on the way; yields what is of the day."""
        log.info("Indexing archive %r", file.source_path)

        def wanted(entry: Entry) -> bool:
            return entry.day == day and self._is_wanted(entry)

        with opened(file, self._settings) as reader, self._index_writer(file) as index:
            for entry, content in reader.records(wanted):
                index.add(entry)
                if entry.outcome != "passed_over" and wanted(entry):
                    yield entry, content

    def _items(
        self, file: InboxFile, read: Read, revisits: list[tuple[InboxFile, Entry]]
    ) -> Iterator[Item | Deferred]:
        if read[0].outcome == "revisit":
            revisits.append((file, read[0]))
        else:
            yield self._item(file, read)

    def _item(self, file: InboxFile, read: Read) -> Item | Deferred:
        entry, content = read
        if isinstance(content, Unverified):
            return Deferred(content.size_bytes, partial(self._finished, file, entry, content))
        return self._item_of(file, entry, content)

    def _finished(self, file: InboxFile, entry: Entry, content: Unverified) -> Item:
        return self._item_of(file, entry, content.content())

    def _item_of(self, file: InboxFile, entry: Entry, content: Content | CaptureError | None) -> Item:
        if entry.outcome == "passed_over":
            return PassedOver(entry.reason_code or "other_record")
        source_path = f"{file.source_path}!/{entry.name}" if entry.name else file.source_path
        publisher = self._publisher_of(entry, source_path)
        if isinstance(content, Content):
            return Found(
                source_path,
                entry.captured_at,
                content.media_type,
                content.data,
                publisher,
                entry.url,
                entry.http_status if entry.http_status is not None else content.http_status,
            )
        reason = content or CaptureError(
            entry.reason_code or "bad_record", entry.detail or "it can't be read."
        )
        return Rejected(source_path, entry.captured_at, reason, publisher, entry.url)

    def _publisher_of(self, entry: Entry, source_path: str) -> str | None:
        host = entry.host
        if host is None:
            return publishers.named_in(source_path)
        return publisher_of_host(host, self._publishers)

    def _is_wanted(self, entry: Entry) -> bool:
        host = entry.host
        if not self._hosts or (host is None and entry.outcome == "turned_away"):
            return True
        return host is not None and host_matches(host, self._hosts)

    def _index(self, file: InboxFile) -> Index | None:
        return Index.open(self._settings.home, index_name_of(file, self._settings), self._hosts)

    def _index_writer(self, file: InboxFile) -> IndexWriter:
        return IndexWriter(self._settings.home, index_name_of(file, self._settings))

    @contextmanager
    def _indexing(self, file: InboxFile) -> Iterator[Index | None]:
        """Hold the file's index; gives it when another run has made it meanwhile."""
        name = index_name_of(file, self._settings)
        path = self._settings.home / "staged" / ".locks" / f"archive-{name}.lock"
        timeout = self._settings.lock_timeout_seconds
        with held(path, timeout_seconds=timeout, what=f"the index of {file.source_path!r}"):
            yield self._index(file)


def _counts(index: Index | None, day: date) -> Iterator[Item]:
    if index is None:
        return
    for reason, count in index.passed_over(day).items():
        yield PassedOver(reason, count)
    for other, count in index.days().items():
        if other != day:
            yield OtherDay(other, count)
