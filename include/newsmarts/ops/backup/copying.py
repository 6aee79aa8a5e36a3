"""Files copied with their SHA-256, and folders copied as they were at one moment."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from newsmarts.core.errors import NewsError
from newsmarts.core.files import TEMPORARY_PREFIX

LIST_NAME = "SHA256SUMS"
CURRENT_LINK = "marts/current"  # the one symbolic link that is copied as such
_CHUNK_BYTES = 1 << 20
_ATTEMPTS = 20


@dataclass(slots=True)
class Copied:
    """What was copied: SHA-256 by path, and how much of it an earlier backup had already."""

    digests: dict[str, str] = field(default_factory=dict)
    size_bytes: int = 0
    linked: int = 0

    def add(self, path: str, digest: str, size_bytes: int) -> None:
        """Note a file down."""
        self.digests[path] = digest
        self.size_bytes += size_bytes


@dataclass(frozen=True, slots=True)
class Earlier:
    """A backup whose files needn't be copied again where nothing has changed."""

    folder: Path
    digests: dict[str, str]

    def give(self, path: str, now: os.stat_result, target: Path) -> str | None:
        """Give the file of this path a second name, if it is the same; its SHA-256, or None."""
        digest = self.digests.get(path)
        if digest is None:
            return None
        try:
            then = (self.folder / path).stat()
            if (then.st_size, then.st_mtime_ns) != (now.st_size, now.st_mtime_ns):
                return None
            os.link(self.folder / path, target)
        except OSError:  # gone, or a disk that can't link
            return None
        return digest


def copy_file(source: Path, target: Path) -> str:
    """Copy a file with its times and mode; its SHA-256."""
    digest = hashlib.sha256()
    with source.open("rb") as reading, target.open("xb") as writing:
        while chunk := reading.read(_CHUNK_BYTES):
            digest.update(chunk)
            writing.write(chunk)
    shutil.copystat(source, target)
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """A file's SHA-256."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def copy_tree(
    root: Path,
    name: str,
    target: Path,
    copied: Copied,
    earlier: Earlier | None = None,
    *,
    only_grows: bool = False,
    wanted: Callable[[str], bool] = lambda _path: True,
) -> None:
    """Copy the folder ``name`` of ``root`` and all below it into ``target``.

    The files of one folder are those of one moment: where it is replaced or changed meanwhile, it is copied
    once more. Where the folder ``only_grows``, what is added meanwhile may be there or not. Temporary files
    and locks stay behind.

    Raises:
        NewsError: a folder changes faster than it can be copied.
    """
    here = root / name
    if not here.is_dir():
        return
    for _attempt in range(_ATTEMPTS):
        part = Copied()
        try:
            before = _identity(here)
            (target / name).mkdir(parents=True, exist_ok=True)
            folders = _copy_files(here, name, target, part, earlier)
            if only_grows or _identity(here) == before:
                break
        except FileNotFoundError:
            if not here.is_dir():
                shutil.rmtree(target / name, ignore_errors=True)
                return  # removed for good: an old release, a day's old pages of results
        shutil.rmtree(target / name, ignore_errors=True)
    else:
        raise NewsError(f"{here} changes faster than it can be copied. Run it again when it is quiet.")
    copied.digests |= part.digests
    copied.size_bytes += part.size_bytes
    copied.linked += part.linked
    for folder in folders:
        below = f"{name}/{folder}"
        if wanted(below):
            copy_tree(root, below, target, copied, earlier, only_grows=only_grows, wanted=wanted)
    with contextlib.suppress(FileNotFoundError):
        shutil.copystat(here, target / name)


def is_passing(name: str) -> bool:
    """Whether a file or folder of this name is a lock or a temporary thing, which no backup has."""
    return name.startswith(TEMPORARY_PREFIX) or name.endswith((".lock", ".tmp")) or name == ".locks"


def read_list(folder: Path) -> dict[str, str]:
    """SHA-256 by path, as a backup's list has them."""
    lines = (folder / LIST_NAME).read_text(encoding="utf-8").splitlines()
    return {path: digest for digest, _, path in (line.partition("  ") for line in lines)}


def write_list(folder: Path, digests: dict[str, str]) -> None:
    """Write the list, as ``sha256sum --check`` reads it."""
    text = "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items()))
    (folder / LIST_NAME).write_text(text, encoding="utf-8")


def _copy_files(here: Path, name: str, target: Path, copied: Copied, earlier: Earlier | None) -> list[str]:
    """Copy a folder's own files; the names of the folders in it."""
    folders = []
    for entry in sorted(os.scandir(here), key=lambda entry: entry.name):
        path, place = f"{name}/{entry.name}", target / name / entry.name
        if is_passing(entry.name):
            continue
        if path == CURRENT_LINK and entry.is_symlink():
            place.symlink_to(Path(entry.path).readlink())
        elif entry.is_dir():
            folders.append(entry.name)
        elif entry.is_file():
            now = entry.stat()
            digest = earlier.give(path, now, place) if earlier is not None else None
            copied.linked += digest is not None
            copied.add(path, digest or copy_file(Path(entry.path), place), now.st_size)
    return folders


def _identity(folder: Path) -> tuple[int, int]:
    """Changes when a folder is replaced, or a file in it is."""
    now = folder.stat()
    return now.st_ino, now.st_mtime_ns
