"""Put a backup back into an empty home; the SHA-256 of every file is checked."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from itertools import groupby
from pathlib import Path

from newsmarts.core.errors import DiskFull, NewsError, UsageError
from newsmarts.core.failures import disk_full, size_of
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted
from newsmarts.ops.backup.copying import CURRENT_LINK, LIST_NAME, copy_file, read_list
from newsmarts.ops.backup.make import ABOUT_NAME, FORMAT, HOME_NAME, LEFT_OUT, backups

_MARK = ".restoring"  # in the home while it is incomplete
_NO_MATTER = {*LEFT_OUT, "lost+found"}


def find_backup(source: Path) -> Path:
    """The backup that is meant: the folder itself, or the newest one in it.

    Raises:
        UsageError: there is none.
    """
    source = source.expanduser().absolute()
    if (source / ABOUT_NAME).is_file():
        return source
    found = backups(source)
    if not found:
        raise UsageError(f"There is no backup in {source}: no folder there has a {ABOUT_NAME}.")
    return found[-1]


def require_empty(home: Path) -> None:
    """Refuse a home that holds anything but an inbox and empty folders.

    Raises:
        UsageError: naming what is there, and what to do.
    """
    if (home / _MARK).exists():
        raise UsageError(
            f"An earlier restore into {home} was stopped half way, and is incomplete. Remove all of it but "
            "the inbox, then run it again."
        )
    if not home.exists():
        return
    if not home.is_dir():
        raise UsageError(f"{home} is not a folder. Name another home.")
    held = sorted(
        entry.name
        for entry in home.iterdir()
        if entry.name not in _NO_MATTER and not (entry.is_dir() and not any(entry.iterdir()))
    )
    if held:
        raise UsageError(
            f"{home} isn't empty (it holds {', '.join(held)}), and nothing is overwritten. Restore into "
            f"another home, or move this one out of the way first: mv {home} {home}.old. In containers "
            "remove its volumes, see docs/production.md."
        )


def restore(settings: Settings, source: Path, progress: Progress = SILENT) -> Path:
    """Copy a backup into the home, which must be empty. Returns the backup's folder.

    A backup that is damaged leaves the home as it was.

    Raises:
        UsageError: there is no backup, the home isn't empty, or a newer version made the backup.
        NewsError: a file of the backup is missing or isn't what it was; or the disk is full.
    """
    folder = find_backup(source)
    home = settings.home
    require_empty(home)
    _require_readable(folder)
    try:
        listed = read_list(folder)
        home.mkdir(parents=True, exist_ok=True)
        (home / _MARK).touch()
        try:
            _copy_back(folder, home, listed, progress)
        except BaseException:
            _empty(home)
            raise
        os.sync()
        (home / _MARK).unlink()
    except OSError as error:
        if failure := disk_full(error, home, lambda: size_of(folder / HOME_NAME)):
            raise DiskFull(f"{folder} isn't restored: {failure}") from error
        why = f"{error.strerror} ({error.filename})"
        raise NewsError(f"{folder} isn't restored: {why}. Fix that and run it again.") from error
    return folder


def _require_readable(folder: Path) -> None:
    try:
        about = json.loads((folder / ABOUT_NAME).read_bytes())
        made_by = int(about["format"])
    except (OSError, ValueError, KeyError, TypeError):
        raise NewsError(f"{folder / ABOUT_NAME} can't be read. Take another backup.") from None
    if made_by > FORMAT:
        raise UsageError(f"{folder} was made by a newer version of this project. Restore it with that one.")


def _copy_back(folder: Path, home: Path, listed: dict[str, str], progress: Progress) -> None:
    prefix = f"{HOME_NAME}/"
    # other paths are Airflow's own records, say
    ours = sorted(path.removeprefix(prefix) for path in listed if path.startswith(prefix))
    parts = {name: list(paths) for name, paths in groupby(ours, key=lambda path: path.partition("/")[0])}
    progress.plan(len(parts))
    for name, paths in parts.items():
        progress.start(name)
        for path in paths:
            source, target, digest = folder / HOME_NAME / path, home / path, listed[prefix + path]
            if home not in target.resolve().parents:
                raise NewsError(f"{folder / LIST_NAME} names {path!r}, which leads out of the home.")
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                fault = "" if copy_file(source, target) == digest else "damaged"
            except FileNotFoundError:
                fault = "missing"
            if fault:
                raise NewsError(
                    f"{source} is {fault}: its SHA-256 should be {digest}. Nothing is restored. Take another "
                    "backup."
                )
        progress.finish(counted(len(paths), "file"))
    link = folder / HOME_NAME / CURRENT_LINK
    if link.is_symlink():
        (home / CURRENT_LINK).symlink_to(link.readlink())


def _empty(home: Path) -> None:
    """Remove what was restored; folders that were there may be mounts, and stay."""
    for entry in home.iterdir():
        if entry.name in _NO_MATTER:
            continue
        if entry.is_dir() and not entry.is_symlink():
            for below in entry.iterdir():
                if below.is_dir() and not below.is_symlink():
                    shutil.rmtree(below, ignore_errors=True)
                else:
                    below.unlink()
            with contextlib.suppress(OSError):
                entry.rmdir()
        else:
            entry.unlink()
