"""Failures of the machine, not of the data: a full or broken disk, an object store that doesn't answer.

They become one kind of error, which names the file and the next step, and which another try may not meet.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from newsmarts.core.errors import DiskFull, NewsError, StoreUnavailable
from newsmarts.core.garbage import rarely_collected, release_memory
from newsmarts.core.text import sized

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_BROKEN = {errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}
# whose exceptions fsspec's stores raise as they are
_LIBRARIES = {"adlfs", "aiobotocore", "aiohttp", "azure", "botocore", "fsspec", "gcsfs", "google", "urllib3"}
_FILE_OF_DUCKDB = re.compile(r'file "(.+?)"')
_UNIT_BYTES = 1 << 20  # needed space is named in whole units

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def failure_of(error: BaseException) -> StoreUnavailable | None:
    """The error of a disk or an object store, or one that came of it, as ours; None for any other error."""
    cause: BaseException | None = error
    while cause is not None:
        if type(cause).__module__.partition(".")[0] in _LIBRARIES or isinstance(
            cause, (ConnectionError, TimeoutError)
        ):
            what = str(error) or type(error).__name__
            return StoreUnavailable(
                f"The object store doesn't give or take what it should ({what}). "
                "Check its address, keys and network, then run it again: what was finished is kept."
            )
        cause = cause.__cause__
    if isinstance(error, OSError):
        if error.errno in _FULL and error.filename is not None:
            return disk_full(error, Path(os.fsdecode(error.filename)))
        if error.errno in _FULL:
            return DiskFull(f"{error}. Make room, then run it again.")
        if error.errno in _BROKEN:
            return StoreUnavailable(
                f"{error}. Fix the disk or its permissions, then run it again: what was finished is kept."
            )
    return None


@contextlib.contextmanager
def room_for(path: Path, needed_bytes: int | Callable[[], int]) -> Iterator[None]:
    """Name a file or folder that is being written, and the space it needs, when its disk is full.

    Raises:
        DiskFull: there is no room for it, or it may not grow so large.
    """
    try:
        yield
    except NewsError:
        raise
    except Exception as error:
        if failure := disk_full(error, path, needed_bytes):
            raise failure from error
        raise


def disk_full(
    error: Exception, path: Path, needed_bytes: int | Callable[[], int] | None = None
) -> DiskFull | None:
    """The error of a full disk, whichever library raised it; None for any other error.

    It has what is free on the disk, and the least that has to be: by default as much again as the file has.
    DuckDB's own text names the file.
    """
    number = error.errno if isinstance(error, OSError) else None
    if number not in _FULL:
        number = next((each for each in _FULL if os.strerror(each) in str(error)), None)
    if number is None:
        return None
    if named := _FILE_OF_DUCKDB.search(str(error)):
        path = Path(named[1])
    if number == errno.EFBIG:
        problem, advice = "it may not grow so large", "Allow larger files (ulimit -f), or use another disk"
    else:
        place = next((each for each in (path, *path.parents) if each.exists()), Path("/"))
        disk = os.statvfs(place)
        needed = size_of(path) if needed_bytes is None else needed_bytes
        units = max(1, -(-(needed if isinstance(needed, int) else needed()) // _UNIT_BYTES))
        problem = f"its disk is full, with {sized(disk.f_bavail * disk.f_frsize)} free"
        advice = f"Make room for at least {sized(units * _UNIT_BYTES)}"
        # of the last files, some may have been removed by now
        has_room = disk.f_bavail * disk.f_frsize >= units * _UNIT_BYTES
        if disk.f_files and (not disk.f_favail or (has_room and disk.f_favail < disk.f_files // 100)):
            problem, advice = "its disk has no inode left for another file", "Remove files there"
    return DiskFull(f"{path} can't be written: {problem}. {advice}, then run it again.")


def size_of(path: Path) -> int:
    """The bytes of a file, or of the files in a folder; 0 when it is missing."""
    if not path.is_dir():
        return path.stat().st_size if path.exists() else 0
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())


def stage(name: str) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Make a function a stage: failures of the machine are reported with the stage's name, and the day."""

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @wraps(function)
        @rarely_collected()
        def run(*arguments: Parameters.args, **options: Parameters.kwargs) -> Result:
            try:
                return function(*arguments, **options)
            except Exception as error:
                failure = error if isinstance(error, NewsError) else failure_of(error)
                if not isinstance(failure, StoreUnavailable):
                    raise
                day = next((f" of {each}" for each in arguments if isinstance(each, date)), "")
                raise type(failure)(f"{name}{day}: {failure}") from error
            finally:
                release_memory()

        return run

    return decorate
