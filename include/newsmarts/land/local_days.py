"""Which capture days the local feeds (inbox, WARC folders) have captures of, and how many are not landed yet.

The answer is the same as landing would give, and cheap: a page is read only when neither the manifest nor the
file's times tell whether it has landed as it is, an archive only when it has no index.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pyarrow.compute as pc

from newsmarts.core.errors import CaptureError, StillMoving, UsageError
from newsmarts.core.records import capture_id_of
from newsmarts.core.settings import Settings
from newsmarts.land import manifest
from newsmarts.land.archives.index import index_name_of
from newsmarts.land.archives.members import MHTML
from newsmarts.land.capture import Key
from newsmarts.land.config import InboxConfig, WarcConfig, chosen_feeds
from newsmarts.land.feeds.folders import InboxFeed, WarcFeed, page_of
from newsmarts.land.names import CRAWLS
from newsmarts.land.reading import InboxFile

log = logging.getLogger(__name__)

MAX_FILES = 200_000
_READERS = 8  # an object store answers each of them in some hundredths of a second
_CLOCK_NS = 10**9  # a file that changed so shortly before it was landed is read: clocks tick coarsely


@dataclass(slots=True)
class LocalDays:
    """The captures that the local feeds have now, by capture day."""

    files: Counter[date] = field(default_factory=Counter)  # pages, and captures in archives
    new: Counter[date] = field(default_factory=Counter)  # of these, not in the manifest as they are now
    unread_archives: int = 0  # without an index so far, so that their days aren't known
    cut_short: bool = False  # there are more files than were looked at
    faults: list[str] = field(default_factory=list)  # feeds whose folder can't be read
    empty: list[str] = field(default_factory=list)  # feeds whose folder has no file
    # captures in folders that look like days and aren't, by the days that they have instead
    misnamed: dict[str, Counter[date]] = field(default_factory=dict)


@dataclass(slots=True)
class Counted:
    """What earlier looks counted; whoever looks often keeps it, and no manifest is read twice.

    ``manifests`` names the content of each day's manifest as it is now.
    """

    manifests: Mapping[date, Hashable] = field(default_factory=dict)
    days: dict[tuple[str, date], tuple[Hashable, int]] = field(default_factory=dict)


def look(
    settings: Settings,
    feeds: Sequence[str] = (),
    *,
    read_archives: bool = False,
    max_files: int = MAX_FILES,
    counted: Counted | None = None,
) -> LocalDays:
    """Look at the folders of the local feeds (of these names, if any). Files still being written don't count.

    Args:
        read_archives: read an archive that has no index through, which may take minutes.
    """
    found = LocalDays()
    try:
        configs = chosen_feeds(settings, feeds)
    except UsageError as error:
        found.faults.append(str(error))
        return found
    left = max_files
    for config in configs:
        if not isinstance(config, (InboxConfig, WarcConfig)):
            continue
        feed = _LocalFeed(config, settings, found, counted)
        before = left
        try:
            left = feed.look(left, read_archives=read_archives)
            if left == before and feed.is_empty():
                found.empty.append(config.name)
        except UsageError as error:
            found.faults.append(str(error))
        feed.count_pages()
    return found


class _LocalFeed:
    """One feed's files, as they are added to what is found."""

    def __init__(
        self, config: InboxConfig | WarcConfig, settings: Settings, found: LocalDays, counted: Counted | None
    ) -> None:
        self._feed = (
            InboxFeed(config, settings) if isinstance(config, InboxConfig) else WarcFeed(config, settings)
        )
        self._settings = settings
        self._found = found
        self._counted = counted
        self._pages: dict[date, list[InboxFile]] = {}
        self._read_sources: dict[date, set[str]] = {}

    def look(self, max_files: int, *, read_archives: bool) -> int:
        """Take up every file, up to a number; returns how many more may be."""
        left = max_files
        for file in self._feed.files():
            if file.archive not in CRAWLS and isinstance(self._feed, WarcFeed):
                continue
            if not left:
                self._found.cut_short = True
                break
            left -= 1
            if file.unfinished:
                continue
            if file.misnamed is not None:
                self._found.misnamed.setdefault(file.misnamed, Counter())[file.day] += 1
            if file.archive is None:
                self._pages.setdefault(file.day, []).append(file)
            else:
                self._add_archive(file, read=read_archives)
        return left

    def is_empty(self) -> bool:
        """Whether its folder is there and has no file."""
        return self._feed.is_empty()

    def count_pages(self) -> None:
        """Count the pages that were taken up, and those of them that aren't landed."""
        if isinstance(self._settings.archive, Path):
            counts = [self._count_new(day) for day in self._pages]
        else:
            with ThreadPoolExecutor(_READERS) as readers:
                counts = list(readers.map(self._count_new, self._pages))
        for (day, files), new in zip(self._pages.items(), counts, strict=True):
            self._found.files[day] += len(files)
            self._found.new[day] += new

    def _add_archive(self, file: InboxFile, *, read: bool) -> None:
        try:
            days = self._feed.archives.days(file) if read else self._feed.archives.indexed_days(file)
        except StillMoving:
            return
        except CaptureError as rejection:
            log.warning("%r can't be read: %s", file.source_path, rejection)
            rejected = dataclasses.replace(file, archive=None, rejection=rejection)
            self._pages.setdefault(file.day, []).append(rejected)
            return
        if days is None:
            self._found.unread_archives += 1
            return
        token = index_name_of(file, self._settings)
        for day, count in days.items():
            self._found.files[day] += count
            if token not in self._sources_of(day):
                self._found.new[day] += count

    def _sources_of(self, day: date) -> set[str]:
        """The archives of which all that is of the day has landed."""
        if day not in self._read_sources:
            sources = manifest.sources(self._settings.archive, day)
            self._read_sources[day] = sources.get(self._feed.name, set())
        return self._read_sources[day]

    def _count_new(self, day: date) -> int:
        files, counted = self._pages[day], self._counted
        if counted is None:
            return self._compare(day, files)
        key = (self._feed.name, day)
        looks = hash(tuple((file.source_path, file.captured_at, file.look) for file in files))
        content = (counted.manifests.get(day), looks)
        if key not in counted.days or counted.days[key][0] != content:
            counted.days[key] = (content, self._compare(day, files))
        return counted.days[key][1]

    def _compare(self, day: date, files: Sequence[InboxFile]) -> int:
        known = manifest.read(self._settings.archive, day)
        landed = _Landed(self._feed.name, known, self._settings.max_file_bytes)
        return sum(landed.lacks(file) for file in files)


class _Landed:
    """What a day's manifest has of one feed."""

    def __init__(self, feed: str, known: manifest.Manifest, max_bytes: int) -> None:
        self._feed = feed
        self._max_bytes = max_bytes
        self._captures: dict[Key, list[tuple[str, int, datetime]]] = {}
        captures = known.captures.filter(pc.equal(known.captures["feed"], feed))
        names = ("source_path", "captured_at", "capture_id", "size_bytes", "landed_at")
        for path, captured_at, *rest in zip(*(captures[name].to_pylist() for name in names), strict=True):
            self._captures.setdefault((path, captured_at), []).append(tuple(rest))
        paths, reasons = known.rejected["source_path"], known.rejected["reason_code"]
        self._rejected = set(zip(paths.to_pylist(), reasons.to_pylist(), strict=True))
        self._rejected_paths = {path for path, _ in self._rejected}

    def lacks(self, file: InboxFile) -> bool:
        """Whether landing the file as it is now would add a row."""
        if file.rejection is not None:
            return (file.source_path, file.rejection.reason_code) not in self._rejected
        rows = self._captures.get((file.source_path, file.captured_at), [])
        if any(_is_unchanged(file, size_bytes, landed_at) for _, size_bytes, landed_at in rows):
            return False
        if not rows and file.source_path not in self._rejected_paths:
            return True
        try:
            sha256 = hashlib.sha256(page_of(file, self._max_bytes).data).hexdigest()
        except StillMoving:
            return True
        except CaptureError as rejection:
            return (file.source_path, rejection.reason_code) not in self._rejected
        known = capture_id_of(self._feed, file.source_path, file.captured_at, sha256)
        return known not in {capture_id for capture_id, _, _ in rows}


def _is_unchanged(file: InboxFile, size_bytes: int, landed_at: datetime) -> bool:
    """Whether the file is known not to have changed since it was landed, by its inode's time of change."""
    look = file.look
    if look is None or not look.changed_ns:
        return False
    is_packed = file.media_type == MHTML or file.path.lower().endswith(".gz")
    if not is_packed and look.size_bytes != size_bytes:
        return False
    return look.changed_ns + _CLOCK_NS < int(landed_at.timestamp() * 10**6) * 1_000
