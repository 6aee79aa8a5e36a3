"""Object stores: raw captures and staged days where a bucket takes a folder's place.

An object appears whole or not at all, which is all that a file needs. A folder of several files is written
under a name of its own, and one small object names the folder's present content: a reader sees the old
files or the new ones.

Writers on other machines are noticed by conditional puts: an object is replaced only while it is the one
that was read. ``honours_conditions`` finds out whether a store checks that; some S3 servers don't.
"""

# ruff: noqa: PLC0415 (fsspec and its stores are imported only where one is used)

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from newsmarts.core.errors import Overtaken

if TYPE_CHECKING:
    from upath import UPath

SCHEMES = ("s3", "gs", "abfs", "az", "memory")
CURRENT = "current.json"
_CHECK = "conditional-puts.txt"
_CHECK_TEXT = b"Writes that must fail are tried on this object: does the store honour conditions?\n"
_NO_SUCH_TAG = '"00000000000000000000000000000000"'
_VERSION_PREFIX = "v-"
_VERSION_CHARS = 16
_DAY_SECONDS = 86_400.0


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


def is_remote(path: Path | UPath) -> bool:
    """Whether a path is in an object store."""
    return not isinstance(path, Path)


@lru_cache(maxsize=8)
def honours_conditions(url: str) -> bool:
    """Whether the store of this URL rejects a put whose condition doesn't hold; checked once in a process."""
    path = open_store(url) / _CHECK
    if not _is_s3(path):
        return False
    with contextlib.suppress(Overtaken):
        put_if_unchanged(path, _CHECK_TEXT, None)
    for tag in (None, _NO_SUCH_TAG):
        try:
            put_if_unchanged(path, _CHECK_TEXT, tag)
        except Overtaken:
            continue
        return False
    return True


def read_object(path: Path | UPath) -> bytes:
    """A file's bytes; those of an object in one request.

    One that is opened is read in several, which fail when another machine replaces it meanwhile.
    """
    data: bytes = path.read_bytes() if isinstance(path, Path) else path.fs.cat_file(path.path)
    return data


def tag_of(path: Path | UPath) -> str | None:
    """Names the present version of an object; None: there is none, or it is a file on a disk."""
    if isinstance(path, Path):
        return None
    try:
        tag = path.fs.info(path.path).get("ETag")
    except FileNotFoundError:
        return None
    return None if tag is None else str(tag)


def put_if_unchanged(path: UPath, data: bytes, tag: str | None) -> None:
    """Write an object that still is the version of this tag; None: that still isn't there.

    A store that doesn't know conditions writes in any case.

    Raises:
        Overtaken: it is another version now; nothing was written. After a connection that broke, the other
            version may be these bytes.
    """
    if not _is_s3(path):
        path.write_bytes(data)
        return
    condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
    try:
        # in one request: the conditions are not part of a multipart upload's requests
        path.fs.pipe_file(path.path, data, chunksize=len(data) + 1, **condition)
    except OSError as error:
        if error.errno == errno.ENOSYS:
            path.write_bytes(data)
        elif _status_of(error) in ({409, 412} if tag is None else {404, 409, 412}):
            raise Overtaken(
                f"Another machine wrote {path} in the meantime. Run the day again: it goes on from there."
            ) from error
        else:
            raise


def changed_at(facts: Mapping[str, Any]) -> float:
    """When a listed object was written (s since 1970), which each store calls by another name."""
    for name in ("LastModified", "updated", "last_modified", "created", "mtime"):
        value = facts.get(name)
        if isinstance(value, datetime):
            return value.timestamp()
        if isinstance(value, (int, float)):
            return float(value)
    return 0.0


@contextlib.contextmanager
def replacing_objects(path: UPath) -> Iterator[Path]:
    """Give a local folder to fill; when the block ends well its files take ``path``'s place in one step.

    The content before stays for readers that have begun; what is older goes.

    Raises:
        Overtaken: another machine replaced the folder during the block. Its content stays.
    """
    pointer = path / CURRENT
    tag = tag_of(pointer)
    before = _pointer(path)
    with tempfile.TemporaryDirectory(prefix="news-") as name:
        folder = Path(name)
        yield folder
        files = sorted(entry for entry in folder.iterdir() if entry.is_file())
        content = _content_of(files)
        if _has_content(before, content):
            return
        # a name that is used once: what another writer removes is never what this one is writing
        version = f"{content}-{secrets.token_hex(4)}"
        target = path / version
        for file in files:
            target.fs.put_file(str(file), (target / file.name).path)
        now = {"version": version, "before": before.get("version")}
        try:
            put_if_unchanged(pointer, json.dumps(now).encode(), tag)
        except Overtaken:
            found = _pointer(path)
            if found.get("version") != version:
                remove_folder(target)
                if not _has_content(found, content):
                    raise
                return
        _remove_old(path, now, before.get("before"))


def _remove_old(path: UPath, now: Mapping[str, str | None], superseded: str | None) -> None:
    """Remove the version that no pointer names now, and what killed writers left more than a day ago."""
    changed: dict[str, float] = {}
    for name, facts in path.fs.find(path.path, detail=True).items():
        version = name.rsplit("/", 2)[-2]
        if version.startswith(_VERSION_PREFIX) and version not in now.values():
            changed[version] = max(changed.get(version, 0.0), changed_at(facts))
    for version, moment in changed.items():
        if version == superseded or moment < time.time() - _DAY_SECONDS:
            remove_folder(path / version)


def remove_folder(path: UPath) -> None:
    """Remove all objects below a path; there may be none."""
    with contextlib.suppress(FileNotFoundError):
        path.fs.rm(path.path, recursive=True)


def _is_s3(path: UPath) -> bool:
    return path.protocol in {"s3", "s3a"}


def _status_of(error: OSError) -> int | None:
    """The HTTP status in the answer that an error came of."""
    response = getattr(error.__cause__, "response", None) or {}
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return None if status is None else int(status)


def current_version(path: UPath) -> str | None:
    """The name of a folder's content; None when it was never written."""
    return _pointer(path).get("version")


def current_folder(path: UPath) -> UPath:
    """Where a folder's files are now; the folder itself, empty, when it was never written."""
    version = current_version(path)
    return path if version is None else path / version


def _pointer(path: UPath) -> dict[str, str | None]:
    """What names a folder's content: ``version``, and the one ``before``; empty when it was never written."""
    try:
        pointer: dict[str, str | None] = json.loads(read_object(path / CURRENT))
    except FileNotFoundError:
        return {}
    return pointer


def _content_of(files: list[Path]) -> str:
    """Names the files' content: the beginning of its version's name."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as handle:
            digest.update(f"{file.name} {hashlib.file_digest(handle, 'sha256').hexdigest()}\n".encode())
    return _VERSION_PREFIX + digest.hexdigest()[:_VERSION_CHARS]


def _has_content(pointer: Mapping[str, str | None], content: str) -> bool:
    return (pointer.get("version") or "").startswith(content)
