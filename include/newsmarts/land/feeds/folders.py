"""Feeds of files in a folder and the folders below it: saved pages and archives of them, or WARC files."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from datetime import date

from newsmarts.core.errors import CaptureError, StillMoving, UsageError
from newsmarts.core.settings import Settings
from newsmarts.land import encodings, reading, saved_pages, scan
from newsmarts.land.archives import mhtml
from newsmarts.land.archives.archive import Archives
from newsmarts.land.archives.entry import Content
from newsmarts.land.archives.members import MHTML
from newsmarts.land.capture import Credential, Found, Item, Misnamed, OtherDay, PassedOver, Rejected, Waiting
from newsmarts.land.config import InboxConfig, WarcConfig
from newsmarts.land.manifest import Known
from newsmarts.land.names import CRAWLS
from newsmarts.land.reading import InboxFile


class InboxFeed:
    """A folder of saved pages; nothing in it is changed."""

    def __init__(
        self, config: InboxConfig, settings: Settings, _credential: Credential | None = None
    ) -> None:
        self.name = config.name
        self.archives = Archives(settings)
        self._settings = settings
        self._folder = settings.home / config.folder.expanduser() if config.folder else None

    def captures(self, day: date, _known: Known) -> Iterator[Item]:
        """The day's pages, those in archives last; what is still being written waits.

        Raises:
            UsageError: the inbox isn't a folder.
        """
        settle_seconds, max_bytes = self._settings.settle_seconds, self._settings.max_file_bytes
        young: list[InboxFile] = []
        archives: list[InboxFile] = []
        other_days: Counter[date] = Counter()
        for file in self.files(day, other_days):
            if file.archive is not None:
                archives.append(file)
            elif file.day != day:
                other_days[file.day] += 1
                continue
            elif file.is_young(settle_seconds):
                young.append(file)
            else:
                yield _item(file, max_bytes)
            if file.misnamed is not None:
                yield Misnamed(file.misnamed)
        reading.let_settle([*young, *archives], settle_seconds)
        yield from (_item(file, max_bytes) for file in young)
        yield from (OtherDay(other, count) for other, count in other_days.items())
        yield from self.archives.captures(archives, day)

    def is_empty(self) -> bool:
        """Whether the folder is there and has no file. Raises UsageError when it isn't a folder."""
        is_there = scan.inbox_root(self._settings, self._folder) is not None
        return is_there and next(self.files(), None) is None

    def files(self, day: date | None = None, other_days: Counter[date] | None = None) -> Iterator[InboxFile]:
        """All files of the folder, as ``scan`` gives them. Raises UsageError when it isn't a folder."""
        root = scan.inbox_root(self._settings, self._folder)
        return iter(()) if root is None else scan.scan(root, self._settings, day=day, other_days=other_days)


class WarcFeed:
    """A folder of WARC files; nothing in it is changed. Other files in it are passed over."""

    def __init__(self, config: WarcConfig, settings: Settings, _credential: Credential | None = None) -> None:
        self.name = config.name
        self.archives = Archives(settings, config.hosts, config.publishers)
        self._settings = settings
        self._folder = settings.home / config.folder.expanduser()

    def captures(self, day: date, _known: Known) -> Iterator[Item]:
        """The records of the day; a file that is still being written waits.

        Raises:
            UsageError: the folder is missing, or isn't one.
        """
        archives: list[InboxFile] = []
        others = 0
        for file in self.files():
            if file.unfinished:
                yield Waiting(file.source_path)
            elif file.archive in CRAWLS:
                archives.append(file)
            elif file.rejection is None or file.rejection.reason_code == "unsupported_media_type":
                others += 1
            elif file.day == day:
                yield Rejected(file.source_path, file.captured_at, file.rejection)
        if others:
            yield PassedOver("no_warc_file", others)
        reading.let_settle(archives, self._settings.settle_seconds)
        yield from self.archives.captures(archives, day)

    def is_empty(self) -> bool:
        """Whether the folder has no file. Raises UsageError when it isn't a folder."""
        return next(self.files(), None) is None

    def files(self) -> Iterator[InboxFile]:
        """All files of the folder. Raises UsageError when it isn't a folder."""
        if not self._folder.is_dir():
            raise UsageError(
                f"Feed {self.name}: {str(self._folder)!r} is not a folder. Make it, or name another one in "
                f"{self._settings.feeds_file}."
            )
        return scan.scan(str(self._folder.resolve()), self._settings)


def page_of(file: InboxFile, max_bytes: int) -> Content:
    """The page of a file, unpacked when it is packed or an MHTML file.

    Raises:
        StillMoving: the file is being written.
        CaptureError: it has no page that can be landed, or one of more than ``max_bytes``.
    """
    if file.rejection is not None:
        raise file.rejection
    page = Content(reading.read_file(file), file.media_type or "text/plain", charset=file.charset)
    if file.media_type == MHTML:
        page = mhtml.page_of(page.data)
    data = encodings.saved_page(page.data, max_bytes=max_bytes, reason_code="file_too_large")
    return dataclasses.replace(page, data=data)


def _item(file: InboxFile, max_bytes: int) -> Item:
    if file.unfinished:
        return Waiting(file.source_path)
    try:
        page = page_of(file, max_bytes)
    except StillMoving:
        return Waiting(file.source_path)
    except CaptureError as rejection:
        return Rejected(file.source_path, file.captured_at, rejection, file.publisher, file.url)
    if file.url is None:
        file = dataclasses.replace(file, url=saved_pages.facts_of(page.data).url)
    return Found(
        file.source_path,
        file.captured_at,
        page.media_type,
        page.data,
        file.publisher,
        file.url,
        charset=page.charset,
        captured_at_precision=file.captured_at_precision,
    )
