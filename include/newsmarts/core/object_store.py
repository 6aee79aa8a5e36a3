"""Object stores: raw captures and staged days where a bucket takes a folder's place.

An object appears whole or not at all, which is all that a file needs. A folder of several files is written
under a name made of its content, and one small object names the content of the folder: a reader sees
the old files or the new ones.
"""

# ruff: noqa: PLC0415 (fsspec and its stores are imported only where one is used)

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from newsmarts.core.errors import StoreUnavailable

if TYPE_CHECKING:
    from upath import UPath

SCHEMES = ("s3", "gs", "abfs", "az", "memory")
CURRENT = "current.json"
# whose exceptions leave fsspec's stores as they are
_LIBRARIES = frozenset({"adlfs", "aiobotocore", "aiohttp", "azure", "botocore", "gcsfs", "google"})
_VERSION_PREFIX = "v-"
_VERSION_CHARS = 16


def checked_url(url: str) -> str:
    """The URL, fit to be a root.

    Raises:
        ValueError: it isn't an object store's, or holds a password: those belong to the store's own settings.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise ValueError(
            f"not an object store's URL: write it as s3://bucket/folder (of {', '.join(SCHEMES)})"
        )
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(
            "a URL with a user, password or options: give those in the store's own settings, as "
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_ENDPOINT_URL"
        )
    return url.rstrip("/")


@lru_cache(maxsize=8)
def open_store(url: str) -> UPath:
    """The root of a store. Nothing is remembered of its listings: other processes write to it as well."""
    from upath import UPath

    options: dict[str, Any] = {"use_listings_cache": False} if not url.startswith("memory:") else {}
    root: UPath = UPath(url, **options)
    return root


def failure_of_store(error: BaseException) -> StoreUnavailable | None:
    """A store's own error, or one that came of it, as ours; None for any other error."""
    cause: BaseException | None = error
    while cause is not None:
        if type(cause).__module__.partition(".")[0] in _LIBRARIES:
            return StoreUnavailable(
                f"The object store doesn't give or take what it should ({error or type(error).__name__}). "
                "Check its address, keys and network, then run it again: what was finished is kept."
            )
        cause = cause.__cause__
    return None


def is_remote(path: Path | UPath) -> bool:
    """Whether a path is in an object store."""
    return not isinstance(path, Path)


@contextlib.contextmanager
def replacing_objects(path: UPath) -> Iterator[Path]:
    """Give a local folder to fill; when the block ends well its files take ``path``'s place in one step.

    The content before stays for readers that have begun; what is older goes. Writers of one folder must be
    kept apart by the caller.
    """
    with tempfile.TemporaryDirectory(prefix="news-") as name:
        folder = Path(name)
        yield folder
        files = sorted(entry for entry in folder.iterdir() if entry.is_file())
        version = _version_of(files)
        before = current_version(path)
        if version == before:
            return
        target = path / version
        for file in files:
            target.fs.put_file(str(file), (target / file.name).path)
        pointer = {"version": version, "before": before}
        (path / CURRENT).write_text(json.dumps(pointer))
        kept = {version, before}
        for entry in list(path.iterdir()):
            if entry.name.startswith(_VERSION_PREFIX) and entry.name not in kept:
                entry.fs.rm(entry.path, recursive=True)


def current_version(path: UPath) -> str | None:
    """The name of a folder's content; None when it was never written."""
    try:
        version = json.loads((path / CURRENT).read_text())["version"]
    except FileNotFoundError:
        return None
    return str(version)


def current_folder(path: UPath) -> UPath:
    """Where a folder's files are now; the folder itself, empty, when it was never written."""
    version = current_version(path)
    return path if version is None else path / version


def _version_of(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as handle:
            digest.update(f"{file.name} {hashlib.file_digest(handle, 'sha256').hexdigest()}\n".encode())
    return _VERSION_PREFIX + digest.hexdigest()[:_VERSION_CHARS]
