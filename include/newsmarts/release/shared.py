"""Releases in an object store, where readers on any machine get them.

::

    marts/releases/000007-3f9c0a1b2c4d/…   the files of a release, as on the disk of the machine that made it
    marts/current.json                     which release is current, and its files; written last

A reader fetches a release once, into the folder that it would have on the machine that made it, and opens it
there. One that it has fetched stays readable while the store is away.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from newsmarts.core import acknowledgements
from newsmarts.core.errors import DamagedRelease, NewsError, StoreUnavailable
from newsmarts.core.failures import failure_of
from newsmarts.core.files import TEMPORARY_PREFIX, fsync_path
from newsmarts.core.locks import held
from newsmarts.core.object_store import read_object
from newsmarts.core.owner import is_owner
from newsmarts.core.partitions import current_release_path, releases_path
from newsmarts.core.settings import Settings
from newsmarts.release.releases import Release, all_releases, current_release, make_current, prune

if TYPE_CHECKING:
    from upath import UPath

logger = logging.getLogger(__name__)
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class _Pointer:
    release_id: Annotated[str, Field(pattern=r"^\d{6,}-[0-9a-f]{12}$")]
    files: dict[str, int]  # paths below the release's folder, with their sizes (bytes)


_FORMAT: TypeAdapter[_Pointer] = TypeAdapter(_Pointer)


def upload(settings: Settings, release: Release) -> None:
    """Put a release into the settings' object store, if there is one, and make it current there.

    Releases that are no longer kept on this disk are removed. Hold the writer lock.
    """
    archive = settings.archive
    if isinstance(archive, Path) or _is_current(archive, release):
        return
    folder = _releases(archive) / release.release_id
    files = {
        path.relative_to(release.folder).as_posix(): path
        for path in sorted(release.folder.rglob("*"))
        if path.is_file()
    }
    for name, path in files.items():
        target = folder / name
        target.fs.put_file(str(path), target.path)
    pointer = _Pointer(release.release_id, {name: path.stat().st_size for name, path in files.items()})
    _pointer_path(archive).write_bytes(_FORMAT.dump_json(pointer))
    kept = {each.release_id for each in all_releases(settings.home)}
    for entry in list(_releases(archive).iterdir()):
        if entry.name not in kept:
            entry.fs.rm(entry.path, recursive=True)
    logger.info("Release %s is in %s.", release.release_id, archive)


def fetch(settings: Settings) -> None:
    """Bring the store's current release, and what is acknowledged, to a machine that didn't make it.

    Raises:
        StoreUnavailable: the store can't be read, and no release was fetched from it before.
    """
    archive = settings.archive
    if isinstance(archive, Path):
        return
    try:
        acknowledgements.pull(settings)
        if not is_owner(settings):
            _fetch(settings, archive)
    except Exception as error:
        failure = failure_of(error)
        if failure is None and not isinstance(error, OSError):
            raise
        if current_release(settings.home) is None:
            raise failure or StoreUnavailable(f"{archive} can't be read: {error}. Try again.") from error
        logger.warning("%s can't be read now; readers get the release of before: %s", archive, error)


def _fetch(settings: Settings, archive: UPath) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        pointer = _read_pointer(archive)
        current = current_release(settings.home)
        if pointer is None or (current is not None and current.release_id == pointer.release_id):
            return
        lock = current_release_path(settings.home).with_name(".fetch.lock")
        with held(lock, timeout_seconds=settings.lock_timeout_seconds, what="the fetched releases"):
            try:
                make_current(settings.home, _downloaded(settings.home, archive, pointer))
            except FileNotFoundError:
                if attempt == _ATTEMPTS:
                    raise
                time.sleep(1)  # replaced and removed meanwhile: the pointer names another one now
                continue
            prune(settings.home, settings.releases_kept)
        return


def _downloaded(home: Path, archive: UPath, pointer: _Pointer) -> Release:
    """The release on this disk, in full, whether it was there or not."""
    folder = releases_path(home) / pointer.release_id
    if folder.is_dir():
        return Release(folder.name, folder)
    releases_path(home).mkdir(parents=True, exist_ok=True)
    for left in releases_path(home).glob(f"{TEMPORARY_PREFIX}*"):  # by a reader that was killed
        shutil.rmtree(left, ignore_errors=True)
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=releases_path(home)))
    try:
        for name, size_bytes in pointer.files.items():
            target = temporary / name
            if not target.resolve().is_relative_to(temporary.resolve()):
                raise NewsError(f"{_pointer_path(archive)} names {name!r}, which is outside of a release.")
            target.parent.mkdir(parents=True, exist_ok=True)
            source = _releases(archive) / pointer.release_id / name
            source.fs.get_file(source.path, str(target))
            if target.stat().st_size != size_bytes:
                raise StoreUnavailable(f"{source} isn't whole: {size_bytes} bytes were expected. Try again.")
            target.chmod(0o444)
            fsync_path(target)
        temporary.chmod(0o755)
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)  # a full disk needs the room
        raise
    return Release(folder.name, folder)


def _is_current(archive: UPath, release: Release) -> bool:
    try:
        pointer = _read_pointer(archive)
    except DamagedRelease:
        return False
    return pointer is not None and pointer.release_id == release.release_id


def _read_pointer(archive: UPath) -> _Pointer | None:
    try:
        return _FORMAT.validate_json(read_object(_pointer_path(archive)))
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise DamagedRelease(
            f"{_pointer_path(archive)} can't be read as what names a release ({error.errors()[0]['msg']}). "
            "The next publish writes it again: newsmarts run on the machine with the warehouse."
        ) from error


def _pointer_path(archive: UPath) -> UPath:
    return archive / "marts" / "current.json"


def _releases(archive: UPath) -> UPath:
    return archive / "marts" / "releases"
