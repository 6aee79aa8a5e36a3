"""Writing that a crash can't leave half done: under a temporary name, fsynced, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from include.object_store import current_folder, replacing_objects

if TYPE_CHECKING:
    from upath import UPath

TEMPORARY_PREFIX = ".tmp-"


def fsync_path(path: Path) -> None:
    """Flush a file's or folder's entry to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path | UPath, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file whole or not at all; its folder is made when missing. An object store always does."""
    if not isinstance(path, Path):
        path.write_bytes(data)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
            os.fchmod(handle.fileno(), mode)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    fsync_path(path.parent)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file that is never written again a second name; copy it where the disk can't link."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS}:
            raise
        shutil.copyfile(source, target)
        fsync_path(target)


def whole_folder(path: Path | UPath) -> Path | UPath:
    """Where to read the files of a folder that ``replacing_folder`` writes."""
    return path if isinstance(path, Path) else current_folder(path)


@contextlib.contextmanager
def replacing_folder(path: Path | UPath) -> Iterator[Path]:
    """Give a temporary folder to fill; when the block ends well it takes ``path``'s place whole.

    A reader sees the old folder or the new one, but for the instant between two renames; writers of one
    folder must be kept apart by the caller. After an error ``path`` is as it was. In an object store, readers
    ask ``whole_folder`` where the files are.
    """
    if not isinstance(path, Path):
        with replacing_objects(path) as local:
            yield local
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=path.parent))
    retired = temporary.with_name(temporary.name + "-old")
    try:
        temporary.chmod(0o755)
        yield temporary
        for entry in temporary.iterdir():
            if entry.is_file():
                fsync_path(entry)
        fsync_path(temporary)
        if path.exists():
            os.rename(path, retired)
        os.rename(temporary, path)
        fsync_path(path.parent)
    except BaseException:
        if retired.exists() and not path.exists():
            os.rename(retired, path)
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(retired, ignore_errors=True)
