"""The folder of an export: written under another name beside it, and put in its place whole."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from newsmarts.core.errors import LockTimeout, NewsError, UsageError
from newsmarts.core.files import fsync_path, put_in_place
from newsmarts.export.manifest import known_files


@contextlib.contextmanager
def replacing_export(out: Path) -> Iterator[Path]:
    """Give a folder to fill, its manifest included; when the block ends well it takes ``out``'s place.

    ``out`` may be missing, empty, or an earlier export without other files: nothing else is ever removed. A
    process that is killed leaves ``.<name>.exporting`` beside it, which the next export to the same folder
    removes.

    Raises:
        UsageError: ``out`` can't be such a folder.
        LockTimeout: another export to it is under way.
        NewsError: writing failed; ``out`` is as it was.
    """
    out = Path(os.path.realpath(out))
    work = out.with_name(f".{out.name}.exporting")
    with contextlib.ExitStack() as held:
        try:
            _check(out)
            out.parent.mkdir(parents=True, exist_ok=True)
            work.mkdir(exist_ok=True)
            held.enter_context(_locked(work))
            for entry in work.iterdir():  # left by an export that was killed
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
            if out.exists():
                held.enter_context(_locked(out))  # it becomes the work folder, to be removed
        except OSError as error:
            raise UsageError(
                f"{str(out)!r} can't be written: {error.strerror}. Name a folder that can be."
            ) from error
        try:
            yield work
            for path in (*work.rglob("*"), work):
                fsync_path(path)
            put_in_place(work, out)
        except OSError as error:
            raise NewsError(
                f"The export to {str(out)!r} failed, and what was there is as it was: "
                f"{error.strerror or error}. Make room, or name another folder."
            ) from error
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _check(out: Path) -> None:
    if not out.name:
        raise UsageError(f"{str(out)!r} can't be replaced. Name a folder in it.")
    if not out.exists():
        return
    if not out.is_dir():
        raise UsageError(f"{str(out)!r} is a file. Name a folder.")
    if out.is_mount():
        raise UsageError(f"{str(out)!r} is where a file system is mounted. Name a folder in it.")
    known = known_files(out)
    for path in sorted(out.rglob("*")):
        if str(path.relative_to(out)) not in known and not (path.is_dir() and not path.is_symlink()):
            raise UsageError(
                f"{str(path)!r} isn't part of an export, and an export replaces its whole folder. Name "
                "another folder, or move the file away."
            )


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            same = os.path.samestat(os.fstat(descriptor), folder.stat())
        except (BlockingIOError, FileNotFoundError):
            same = False
        if not same:  # an export that ended just now had it
            raise LockTimeout(
                f"Another export beside {str(folder)!r} is under way. Try again when it is done."
            )
        yield
    finally:
        os.close(descriptor)
