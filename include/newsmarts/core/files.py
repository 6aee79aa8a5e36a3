"""Writing that a crash can't leave half done: under a temporary name, fsynced, then renamed."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.core.failures import room_for, size_of
from newsmarts.core.object_store import current_folder, replacing_objects

if TYPE_CHECKING:
    from upath import UPath

TEMPORARY_PREFIX = ".tmp-"
# ends the name of a folder that was put aside, where the system can't exchange two names in one step
RETIRED_SUFFIX = "-old"
_MOST_AT_ONCE = 1 << 30  # bytes; one call copies no more than 2 GB
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of renameat2(2), which Python has no name for


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
    with room_for(path, len(data)):
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


def is_there(path: Path | UPath) -> bool:
    """Whether a file or folder exists; a store that doesn't answer is an error, not a no."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


def sweep_folder(folder: Path, before: float) -> int:
    """Remove what killed writers left in a folder before a moment (s since 1970); a missing one has nothing.

    Returns how many files and folders with temporary names it removed.
    """
    swept = 0
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(TEMPORARY_PREFIX) and _is_older(entry, before):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(entry.path)
                swept += 1
    return swept


def _is_older(entry: os.DirEntry[str], moment: float) -> bool:
    try:
        return entry.stat(follow_symlinks=False).st_mtime < moment
    except FileNotFoundError:
        return False


def copy_file(source: Path, target: Path) -> None:
    """Copy a file's bytes into a new file, by the disk itself where it can.

    XFS and Btrfs share the blocks until one of the two is written, which takes no time and no room.
    """
    with (
        room_for(target, lambda: size_of(source)),
        source.open("rb") as reading,
        target.open("xb") as writing,
    ):
        try:
            while os.copy_file_range(reading.fileno(), writing.fileno(), _MOST_AT_ONCE):
                pass
        except OSError as error:
            if error.errno not in {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM}:
                raise
            # both are where the last bytes that were copied end
            shutil.copyfileobj(reading, writing, _MOST_AT_ONCE)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file that is never written again a second name; copy it where the disk can't link."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS}:
            raise
        copy_file(source, target)
        fsync_path(target)


def unshare(path: Path) -> None:
    """Give a file that has other names bytes of its own: those names don't see it change from then on."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    if found.st_nlink > 1:
        copy = path.with_name(f"{TEMPORARY_PREFIX}{path.name}")
        copy.unlink(missing_ok=True)  # of a process that was killed
        try:
            copy_file(path, copy)
            fsync_path(copy)
            os.replace(copy, path)
        except BaseException:
            copy.unlink(missing_ok=True)  # a full disk needs the room
            raise
    elif not found.st_mode & stat.S_IWUSR:  # the other names are gone
        path.chmod(0o644)


def whole_folder(path: Path | UPath) -> Path | UPath:
    """Where to read the files of a folder that ``replacing_folder`` writes."""
    return path if isinstance(path, Path) else current_folder(path)


@contextlib.contextmanager
def replacing_folder(path: Path | UPath) -> Iterator[Path]:
    """Give a temporary folder to fill; when the block ends well it takes ``path``'s place whole.

    A reader sees the old folder or the new one, at every moment where the system can exchange two names
    (Linux can); elsewhere but for the instant between two renames. Writers of one folder must be kept apart
    by the caller. After an error ``path`` is as it was; what a killed writer left, the next one removes. In
    an object store, ``whole_folder`` gives readers the files' place.
    """
    if not isinstance(path, Path):
        with replacing_objects(path) as local, _room_for_content(path, local):
            yield local
        return
    own_prefix = f"{TEMPORARY_PREFIX}{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:8]}-"
    with room_for(path, 0):
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_up(path, own_prefix)
        temporary = Path(tempfile.mkdtemp(prefix=own_prefix, dir=path.parent))
    try:
        with _room_for_content(path, temporary):
            temporary.chmod(0o755)
            yield temporary
            for entry in temporary.iterdir():
                if entry.is_file():
                    fsync_path(entry)
            fsync_path(temporary)
            put_in_place(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _room_for_content(path: Path | UPath, written: Path) -> AbstractContextManager[None]:
    """A folder needs what its content before has, or twice what of it was written when the disk was full."""
    place = path if isinstance(path, Path) else written
    return room_for(place, lambda: max(size_of(place), 2 * size_of(written)))


def _clear_up(path: Path, own_prefix: str) -> None:
    """Remove what writers of this folder left when they were killed; put back what they had put aside."""
    for left in sorted(path.parent.glob(f"{own_prefix}*"), reverse=True):
        if left.name.endswith(RETIRED_SUFFIX) and not path.exists():
            os.rename(left, path)
        else:
            shutil.rmtree(left, ignore_errors=True)


def put_in_place(new: Path, path: Path) -> None:
    """Give a folder the name of another one, which has the new one's name then, or is removed."""
    if not path.exists():
        os.rename(new, path)
    elif not exchange_names(new, path):
        # for an instant there is neither
        retired = new.with_name(new.name + RETIRED_SUFFIX)
        shutil.rmtree(retired, ignore_errors=True)  # of an earlier process that was killed
        os.rename(path, retired)
        try:
            os.rename(new, path)
        except BaseException:
            os.rename(retired, path)
            raise
        shutil.rmtree(retired, ignore_errors=True)
    fsync_path(path.parent)


def exchange_names(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where system or disk can't."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    if renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}:
        return False
    raise OSError(number, os.strerror(number), str(one), None, str(other))
