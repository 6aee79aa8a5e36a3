"""Published releases on disk: a folder each, and the symlink that names the current one.

::

    marts/releases/000007-3f9c0a1b2c4d/news.duckdb   read-only
    marts/releases/000007-3f9c0a1b2c4d/audit.json    its audit: the result of each expectation
    marts/releases/000007-3f9c0a1b2c4d/search/       its full-text index
    marts/current -> releases/000007-3f9c0a1b2c4d

A reader that has a release open keeps it, whatever is published or pruned meanwhile. The folder is swapped,
not the file: DuckDB treats a path that it has open as the same database, even when the file is another one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from newsmarts.core.errors import MissingPartition, UsageError
from newsmarts.core.files import TEMPORARY_PREFIX, copy_file, fsync_path, link_or_copy
from newsmarts.core.partitions import (
    candidate_path,
    current_release_path,
    published_path,
    releases_path,
    search_path,
)

FILE_NAME = "news.duckdb"
AUDIT_NAME = "audit.json"
_RELEASE_ID = re.compile(r"(\d{6,})-[0-9a-f]{12}")
_FINGERPRINT_CHARS = 12


@dataclass(frozen=True, slots=True)
class Release:
    """One published release."""

    release_id: str
    folder: Path

    @property
    def path(self) -> Path:
        """Its DuckDB file."""
        return self.folder / FILE_NAME

    @property
    def sequence(self) -> int:
        """Its number: a later release has a larger one."""
        return int(self.release_id.partition("-")[0])

    def has_content(self, fingerprint: str, contracts: str) -> bool:
        """Whether it is complete, has the content of the fingerprint, and was audited by these contracts."""
        try:
            report = json.loads((self.folder / AUDIT_NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return (
            report.get("fingerprint") == fingerprint
            and report.get("contracts") == contracts
            and self.path.is_file()
        )


def all_releases(home: Path) -> list[Release]:
    """Every release on disk, oldest first."""
    folder = releases_path(home)
    found = []
    if folder.is_dir():
        for entry in folder.iterdir():
            if _RELEASE_ID.fullmatch(entry.name) and entry.is_dir():
                found.append(Release(entry.name, entry))
    return sorted(found, key=lambda release: release.sequence)


def current_release(home: Path) -> Release | None:
    """The release that readers get, or None before the first."""
    link = current_release_path(home)
    if not link.is_symlink():
        return None
    folder = link.parent / link.readlink()
    return Release(folder.name, folder) if folder.is_dir() else None


def find_release(home: Path, name: str | None = None) -> Release:
    """The release with a name: its id, its number, or a unique beginning of its id.

    ``current``, or no name, is the one that readers get.

    Raises:
        MissingPartition: nothing is published yet.
        UsageError: no kept release, or more than one, has that name; the message lists them.
    """
    kept, current = all_releases(home), current_release(home)
    if not kept or current is None:
        raise MissingPartition(
            f"Nothing is published at {published_path(home)} yet. Run the pipeline on some captures first: "
            "newsmarts run --inbox FOLDER"
        )
    if name is None or name == "current":
        return current
    numbered = [each for each in kept if name.isascii() and name.isdigit() and each.sequence == int(name)]
    found = numbered or [each for each in kept if name and each.release_id.startswith(name)]
    if len(found) != 1:
        problem = "There is no release" if not found else f"{len(found)} releases begin with"
        ids = ", ".join(each.release_id for each in kept)
        raise UsageError(f"{problem} {name!r}. Kept are {ids}; name one by its id, number or a beginning.")
    return found[0]


def clean_leftovers(home: Path) -> list[str]:
    """Remove what a build, audit or publish that was killed left under temporary names; return the names.

    Hold the writer lock: then nothing else works there.
    """
    removed = []
    private = (candidate_path(home).parent, search_path(home) / "index")
    for folder in (releases_path(home), current_release_path(home).parent, *private):
        if not folder.is_dir():
            continue
        for entry in folder.iterdir():
            if entry.name.startswith(TEMPORARY_PREFIX):
                removed.append(entry.name)
                if entry.is_symlink() or not entry.is_dir():
                    entry.unlink()
                else:
                    shutil.rmtree(entry)
    return sorted(removed)


def prepare(home: Path, candidate: Path, audit: Path) -> Path:
    """Put the candidate into a folder under a temporary name, flushed to the disk.

    Both have one file, where the disk can link: ``files.unshare`` gives the candidate its own.
    """
    releases_path(home).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=releases_path(home)))
    try:
        folder.chmod(0o755)
        link_or_copy(candidate, folder / FILE_NAME)
        copy_file(audit, folder / AUDIT_NAME)
        (folder / AUDIT_NAME).chmod(0o444)
        for name in (FILE_NAME, AUDIT_NAME):
            fsync_path(folder / name)
        fsync_path(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # a full disk needs the room
        raise
    return folder


def adopt(home: Path, prepared: Path, fingerprint: str) -> Release:
    """Give a prepared folder its release id, and make it read-only; readers don't see it yet."""
    sequence = max((release.sequence for release in all_releases(home)), default=0) + 1
    folder = releases_path(home) / f"{sequence:06d}-{fingerprint[:_FINGERPRINT_CHARS]}"
    os.rename(prepared, folder)
    (folder / FILE_NAME).chmod(0o444)
    fsync_path(folder.parent)
    return Release(folder.name, folder)


def make_current(home: Path, release: Release) -> None:
    """Point readers to this release, in one step."""
    link = current_release_path(home)
    temporary = link.with_name(f"{TEMPORARY_PREFIX}{link.name}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(release.folder.relative_to(link.parent))
    os.replace(temporary, link)
    fsync_path(link.parent)


def prune(home: Path, keep: int) -> list[Release]:
    """Remove all but the newest releases; the current one always stays. Returns those removed."""
    current = current_release(home)
    removed = []
    for release in all_releases(home)[:-keep]:
        if current is None or release.release_id != current.release_id:
            shutil.rmtree(release.folder)
            removed.append(release)
    return removed
