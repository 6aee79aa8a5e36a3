"""Make a backup: a folder of its own under the destination, complete in itself.

::

    <destination>/2026-03-01T021500Z/backup.json   what it is
    <destination>/2026-03-01T021500Z/SHA256SUMS    every file, for `sha256sum --check`
    <destination>/2026-03-01T021500Z/home/         NEWS_HOME as it was

Files that an earlier backup beside it has unchanged are linked, not copied again; each backup may be removed
without harm to the others. Left out are the inbox (what landed of it is in raw/), locks and temporary files.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from newsmarts.core.errors import DiskFull, NewsError, UsageError
from newsmarts.core.failures import disk_full, size_of, stage
from newsmarts.core.files import TEMPORARY_PREFIX, fsync_path, write_atomically
from newsmarts.core.locks import writer_lock
from newsmarts.core.partitions import current_release_path, partition_days
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted, sized
from newsmarts.ops.backup.copying import (
    LIST_NAME,
    HomeCopy,
    is_passing,
    read_list,
    sha256_of,
    write_list,
)

logger = logging.getLogger(__name__)

ABOUT_NAME = "backup.json"
HOME_NAME = "home"
FORMAT = 1
LEFT_OUT = frozenset({"inbox"})
# Each after all that is made from it: what a copied file names is then copied too, only newer at worst.
_FIRST_UNDER_LOCK = ("marts", "warehouse")
_THEN = ("acknowledgements", "docs", "staged", "raw/manifest", "raw")
_OBJECTS = "raw/objects"


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup. ``days`` and ``release`` are what it holds of the pipeline."""

    folder: Path
    made_at: str  # UTC
    files: int
    size_bytes: int
    linked: int  # files that an earlier backup had already
    days: int  # capture days that have landed
    release: str | None
    damaged: tuple[str, ...]  # paths of captured bytes that aren't those that were stored: they are left out
    archive_url: str | None  # an object store that holds raw/ and staged/, which aren't in the backup
    format: int = FORMAT

    def summary(self, *others: str) -> str:
        """What was made, for a person; ``others`` are what the backup holds beside the home."""
        beside = f"; beside them {', '.join(others)}" if others else ""
        missing = (
            f"\nraw/ and staged/ are in {self.archive_url}, not in the backup: keep that store safe."
            if self.archive_url
            else ""
        )
        damaged = "".join(
            f"\n{path} is damaged and not in the backup: an earlier one may have it; see newsmarts verify."
            for path in self.damaged
        )
        return (
            f"{self.folder}: {counted(self.days, 'day')}, release {self.release or 'none yet'}, "
            f"{counted(self.files, 'file')}, {sized(self.size_bytes)}, {self.linked:,} of them shared with "
            f"the previous backup{beside}{missing}{damaged}"
        )


@stage("back up")
def make_backup(
    settings: Settings,
    destination: Path,
    also: Callable[[Path], None] = lambda _folder: None,
    progress: Progress = SILENT,
) -> Backup:
    """Copy the home into a new folder under the destination, while the pipeline may run.

    Publishing and loading wait while marts and warehouse are copied; nothing else waits. ``also`` may put
    more beside the home before the backup is complete.

    Raises:
        UsageError: there is no home, or the destination is in it.
        LockTimeout: a writer held the warehouse too long.
        NewsError: the disk is full, or can't be written.
    """
    home, destination = settings.home.resolve(), destination.expanduser().resolve()
    if not home.is_dir() or not any(home.iterdir()):
        raise UsageError(f"There is nothing to back up in {home}. Name the home with --home or NEWS_HOME.")
    if destination == home or home in destination.parents:
        raise UsageError(f"{destination} is in {home} itself. Name a folder elsewhere, best on another disk.")
    try:
        destination.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in destination.glob(f"{TEMPORARY_PREFIX}*"):  # by a backup that was killed
            shutil.rmtree(left, ignore_errors=True)
        temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=destination))
        try:
            also(temporary)
            made = _fill(settings, home, temporary, progress)
            os.sync()
            os.rename(temporary, made.folder)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        fsync_path(destination)
    except OSError as error:
        if failure := disk_full(error, destination, lambda: size_of(home)):
            raise DiskFull(f"No backup was made: {failure}") from error
        why = f"{error.strerror} ({error.filename})"
        raise NewsError(f"No backup was made in {destination}: {why}. Fix that and run it again.") from error
    logger.info("Backed up %d files to %s, %d of them linked.", made.files, made.folder, made.linked)
    return made


def backups(destination: Path) -> list[Path]:
    """The finished backups in a folder, oldest first."""
    if not destination.is_dir():
        return []
    return sorted(
        path.parent for path in destination.glob(f"*/{ABOUT_NAME}") if not is_passing(path.parent.name)
    )


def _fill(settings: Settings, home: Path, folder: Path, progress: Progress) -> Backup:
    more = {
        path.relative_to(folder).as_posix(): sha256_of(path) for path in folder.rglob("*") if path.is_file()
    }
    target = folder / HOME_NAME
    target.mkdir()
    copied = HomeCopy(home, target, *_newest(folder.parent))
    others = sorted(
        entry.name
        for entry in home.iterdir()
        if entry.name not in {*LEFT_OUT, *_FIRST_UNDER_LOCK, *_THEN} and not is_passing(entry.name)
    )
    progress.plan(len(_FIRST_UNDER_LOCK) + len(_THEN) + len(others))
    with writer_lock(settings):
        for name in _FIRST_UNDER_LOCK:
            with _step(progress, name, copied):
                copied.copy_tree(name)
        link = current_release_path(target)
        release = link.readlink().name if link.is_symlink() else None
    for name in (*_THEN[:-1], *others):
        with _step(progress, name, copied):
            copied.copy_tree(name)
    with _step(progress, "raw", copied):
        copied.copy_tree("raw", without={"raw/manifest", _OBJECTS})
        copied.copy_tree(_OBJECTS, only_grows=True)
        damaged = copied.leave_out_damaged(_OBJECTS)
    made_at = datetime.now(UTC)
    about = Backup(
        folder=_free_name(folder.parent, made_at),
        made_at=made_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        files=len(copied.digests),
        size_bytes=copied.size_bytes,
        linked=copied.linked,
        days=len(list(partition_days(target, "manifest"))),
        release=release,
        damaged=tuple(damaged),
        archive_url=settings.archive_url,
    )
    write_list(folder, more | {f"{HOME_NAME}/{path}": digest for path, digest in copied.digests.items()})
    record = {name: value for name, value in asdict(about).items() if name != "folder"}
    write_atomically(folder / ABOUT_NAME, json.dumps(record, indent=1).encode() + b"\n")
    return about


@contextmanager
def _step(progress: Progress, name: str, copied: HomeCopy) -> Iterator[None]:
    """Report that a part of the home is copied."""
    files, size_bytes = len(copied.digests), copied.size_bytes
    progress.start(name)
    yield
    size = sized(copied.size_bytes - size_bytes)
    progress.finish(f"{counted(len(copied.digests) - files, 'file')}, {size}")


def _free_name(destination: Path, moment: datetime) -> Path:
    stem = moment.strftime("%Y-%m-%dT%H%M%SZ")
    names = (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
    return next(destination / name for name in names if not (destination / name).exists())


def _newest(destination: Path) -> tuple[Path | None, dict[str, str]]:
    """The copy in the last backup in the folder, and its files' SHA-256, to link to.

    A backup whose list can't be read isn't used.
    """
    for folder in reversed(backups(destination)):
        try:
            listed = read_list(folder)
        except (OSError, UnicodeDecodeError):
            logger.warning("%s has no readable %s: nothing is linked to it.", folder, LIST_NAME)
            continue
        prefix = f"{HOME_NAME}/"
        known = {
            path.removeprefix(prefix): digest for path, digest in listed.items() if path.startswith(prefix)
        }
        return folder / HOME_NAME, known
    return None, {}
