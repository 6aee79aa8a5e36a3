"""WARC files in a folder and the folders below it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from newsmarts.core.errors import UsageError
from newsmarts.core.settings import Settings
from newsmarts.land import reading, scan
from newsmarts.land.archives.archive import Archives
from newsmarts.land.capture import (
    Credential,
    Item,
    Known,
    PassedOver,
    Rejected,
    Waiting,
)
from newsmarts.land.feeds.config import WarcConfig
from newsmarts.land.prefetch import prefetch
from newsmarts.land.scan import InboxFile


class WarcFeed:
    """A folder of WARC files; nothing in it is changed. Other files in it are passed over."""

    def __init__(self, config: WarcConfig, settings: Settings, _credential: Credential | None = None) -> None:
        self.name = config.name
        self._settings = settings
        self._folder = settings.home / config.folder.expanduser()
        self._archives = Archives(settings, config.hosts, config.publishers)

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
            elif file.archive == "warc":
                archives.append(file)
            elif file.rejection is None or file.rejection.reason_code == "unsupported_media_type":
                others += 1
            elif file.day == day:
                yield Rejected(file.source_path, file.captured_at, file.rejection)
        if others:
            yield PassedOver("no_warc_file", others)
        changes_ns = [change for file in archives for change in file.changes_ns]
        reading.let_settle(changes_ns, self._settings.settle_seconds)
        yield from prefetch(self._archives.captures(archives, day))

    def files(self) -> Iterator[InboxFile]:
        """All files of the folder. Raises UsageError when it isn't a folder."""
        if not Path(self._folder).is_dir():
            raise UsageError(
                f"Feed {self.name}: {str(self._folder)!r} is not a folder. Make it, or name another one in "
                f"{self._settings.feeds_file}."
            )
        return scan.scan(str(self._folder.resolve()), self._settings)
