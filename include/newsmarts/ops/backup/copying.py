"""Files copied with their SHA-256, and folders copied as they were at one moment."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from newsmarts.core.errors import NewsError
from newsmarts.core.files import TEMPORARY_PREFIX

LIST_NAME = "SHA256SUMS"
CURRENT_LINK = "marts/current"  # the one symbolic link that is copied as such
_CHUNK_BYTES = 1 << 20
_ATTEMPTS = 20


@dataclass(slots=True)
class HomeCopy:
    """A copy of a home: SHA-256 by path, and how much of it an earlier backup had already.

    ``earlier`` is the copy in that backup, and ``known`` has the SHA-256 of its files: where nothing has
    changed they get a second name instead of being copied.
    """

    home: Path
    target: Path
    earlier: Path | None = None
    known: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    size_bytes: int = 0
    linked: int = 0

    def copy_tree(self, name: str, *, only_grows: bool = False, without: Collection[str] = ()) -> None:
        """Copy a file of the home, or a folder and all below it except the folders ``without``.

        The files of one folder are those of one moment: where it is replaced or changed meanwhile, it is
        copied once more. Where the folder ``only_grows``, what is added meanwhile may be there or not.
        Temporary files and locks stay behind.

        Raises:
            NewsError: a folder changes faster than it can be copied.
        """
        here, target = self.home / name, self.target / name
        if here.is_file():
            self._add([self._copy_file(name)])
        if not here.is_dir():
            return
        for _attempt in range(_ATTEMPTS):
            try:
                before = _identity(here)
                target.mkdir(parents=True, exist_ok=True)
                files, folders = self._copy_files(name)
                if only_grows or _identity(here) == before:
                    break
            except FileNotFoundError:
                if not here.is_dir():
                    shutil.rmtree(target, ignore_errors=True)
                    return  # removed for good: an old release, a day's old pages of results
            shutil.rmtree(target, ignore_errors=True)
        else:
            raise NewsError(f"{here} changes faster than it can be copied. Run it again when it is quiet.")
        self._add(files)
        for folder in folders:
            if folder not in without:
                self.copy_tree(folder, only_grows=only_grows, without=without)
        with contextlib.suppress(FileNotFoundError):
            shutil.copystat(here, target)

    def leave_out_damaged(self, folder: str) -> list[str]:
        """Remove copies of files that don't hold the bytes they are named after; their paths in the home."""
        named = re.compile(rf"{re.escape(folder)}/../([0-9a-f]{{64}})")
        found = ((path, named.fullmatch(path)) for path in self.digests)
        damaged = sorted(path for path, name in found if name and name[1] != self.digests[path])
        for path in damaged:
            (self.target / path).unlink()
            del self.digests[path]
        return damaged

    def _add(self, files: Iterable[tuple[str, str, int, bool]]) -> None:
        for path, digest, size_bytes, is_linked in files:
            self.digests[path] = digest
            self.size_bytes += size_bytes
            self.linked += is_linked

    def _copy_files(self, name: str) -> tuple[list[tuple[str, str, int, bool]], list[str]]:
        """Copy a folder's own files; the facts of each, and the folders in it."""
        files, folders = [], []
        for entry in sorted(os.scandir(self.home / name), key=lambda entry: entry.name):
            path = f"{name}/{entry.name}"
            if is_passing(entry.name):
                continue
            if path == CURRENT_LINK and entry.is_symlink():
                (self.target / path).symlink_to(Path(entry.path).readlink())
            elif entry.is_dir():
                folders.append(path)
            elif entry.is_file():
                files.append(self._copy_file(path))
        return files, folders

    def _copy_file(self, path: str) -> tuple[str, str, int, bool]:
        """Copy or link a file; its path, SHA-256, size in bytes, and whether it is linked."""
        source, target = self.home / path, self.target / path
        now = source.stat()
        if self.earlier is not None and path in self.known:
            with contextlib.suppress(OSError):  # gone, or a disk that can't link
                then = (self.earlier / path).stat()
                if (then.st_size, then.st_mtime_ns) == (now.st_size, now.st_mtime_ns):
                    os.link(self.earlier / path, target)
                    return path, self.known[path], now.st_size, True
        return path, copy_file(source, target), now.st_size, False


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


def _identity(folder: Path) -> tuple[int, int]:
    """Changes when a folder is replaced, or a file in it is."""
    now = folder.stat()
    return now.st_ino, now.st_mtime_ns
