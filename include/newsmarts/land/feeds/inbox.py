"""The inbox: saved pages and archives of them, in a folder and the folders below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from newsmarts.core.errors import CaptureError, StillMoving
from newsmarts.core.settings import Settings
from newsmarts.land import reading, scan
from newsmarts.land.archives import mhtml
from newsmarts.land.archives.archive import Archives
from newsmarts.land.archives.members import MHTML
from newsmarts.land.capture import Credential, Found, Item, Known, OtherDay, Rejected, Waiting
from newsmarts.land.feeds.config import InboxConfig
from newsmarts.land.packed import PackedFiles
from newsmarts.land.prefetch import prefetch
from newsmarts.land.scan import InboxFile


class InboxFeed:
    """A folder of saved pages; nothing in it is changed."""

    def __init__(
        self, config: InboxConfig, settings: Settings, _credential: Credential | None = None
    ) -> None:
        self.name = config.name
        self._settings = settings
        self._folder = settings.home / config.folder.expanduser() if config.folder else None
        self._archives = Archives(settings)

    def captures(self, day: date, _known: Known) -> Iterator[Item]:
        """The day's pages, those in archives last; what is still being written waits.

        Raises:
            UsageError: the inbox isn't a folder.
        """
        root = scan.inbox_root(self._settings, self._folder)
        if root is None:
            return
        pages = PackedFiles(root)
        archives: list[InboxFile] = []
        other_days: Counter[date] = Counter()
        for file in self.files():
            if file.archive is not None:
                archives.append(file)
            elif file.day == day:
                pages.add(file)
            else:
                other_days[file.day] += 1
        changes_ns = [pages.last_change_ns, *(change for file in archives for change in file.changes_ns)]
        reading.let_settle(changes_ns, self._settings.settle_seconds)
        for file in pages:
            yield self._item(file)
        yield from (OtherDay(other, count) for other, count in other_days.items())
        if archives:
            yield from prefetch(self._archives.captures(archives, day))

    def files(self) -> Iterator[InboxFile]:
        """All files of the folder. Raises UsageError when it isn't a folder."""
        root = scan.inbox_root(self._settings, self._folder)
        return scan.scan(root, self._settings) if root is not None else iter(())

    def _item(self, file: InboxFile) -> Item:
        if file.unfinished:
            return Waiting(file.source_path)
        try:
            data = page_bytes(file, self._settings.max_file_bytes)
        except StillMoving:
            return Waiting(file.source_path)
        except CaptureError as rejection:
            return Rejected(file.source_path, file.captured_at, rejection, file.publisher, file.url)
        media_type = "text/html" if file.media_type == MHTML else file.media_type or "text/plain"
        return Found(file.source_path, file.captured_at, media_type, data, file.publisher, file.url)


def page_bytes(file: InboxFile, max_file_bytes: int) -> bytes:
    """The page of a file, unpacked when it is an MHTML file.

    Raises:
        StillMoving: the file is being written.
        CaptureError: it has no page that can be landed.
    """
    if file.rejection is not None:
        raise file.rejection
    data = reading.read_file(file, max_file_bytes)
    return mhtml.page_of(data) if file.media_type == MHTML else data
