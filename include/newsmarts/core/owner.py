"""Which machine has the warehouse and the marts of an object store.

Captures and staged days are in the store, for every machine; the warehouse, the release candidate and the
releases are on one disk. The object ``owner.json`` names that disk, so that a load elsewhere fails instead of
starting a second warehouse, which would hold a part of the days.
"""

from __future__ import annotations

import json
import secrets
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from newsmarts.core.errors import NotTheOwner, Overtaken
from newsmarts.core.files import write_atomically
from newsmarts.core.object_store import honours_conditions, put_if_unchanged, read_object, tag_of
from newsmarts.core.partitions import owner_mark_path, owner_path

if TYPE_CHECKING:
    from upath import UPath

    from newsmarts.core.settings import Settings


def require_owner(settings: Settings, *, why: str = "Load, build and publish run there.") -> None:
    """Check that this disk owns the store of the settings; an owner that is missing is made.

    Raises:
        NotTheOwner: another disk does; the message says which.
    """
    if settings.archive_url is None:
        return
    owner = _read(owner_path(settings.archive))
    if not owner:
        take_over(settings, only_if_free=True)
        owner = _read(owner_path(settings.archive))
    if owner.get("mark") != _mark(settings):
        raise NotTheOwner(
            f"The warehouse of {settings.archive_url} is on the machine {owner.get('machine')} in "
            f"{owner.get('folder')}, since {owner.get('since')}. {why} If that disk is gone, or the "
            "warehouse is to move to this machine: newsmarts rebuild --take-over"
        )


def require_shareable(settings: Settings) -> None:
    """Check that this machine may write to the store: any may where conditional puts are honoured.

    Raises:
        NotTheOwner: the store ignores them, and another machine writes to it.
    """
    if settings.archive_url is not None and not honours_conditions(settings.archive_url):
        require_owner(
            settings,
            why="Only that machine can write there: the store ignores conditional puts (If-None-Match, "
            "If-Match), so two machines would overwrite each other's captures.",
        )


def is_owner(settings: Settings) -> bool:
    """Whether this disk has the warehouse and makes the releases; a folder's always does."""
    return settings.archive_url is None or (
        (mark := _mark(settings)) is not None and _read(owner_path(settings.archive)).get("mark") == mark
    )


def take_over(settings: Settings, *, only_if_free: bool = False) -> None:
    """Make this disk the owner, in place of another one unless ``only_if_free``."""
    path = owner_path(settings.archive)
    tag = None if only_if_free else tag_of(path)
    mark = _mark(settings) or secrets.token_hex(16)
    write_atomically(owner_mark_path(settings.home), mark.encode())
    owner = {
        "mark": mark,
        "machine": socket.gethostname(),
        "folder": str(settings.home),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    try:
        put_if_unchanged(cast("UPath", path), json.dumps(owner, indent=1).encode(), tag)
    except Overtaken:
        if not only_if_free:
            raise


def _read(path: Path | UPath) -> dict[str, str]:
    try:
        owner: dict[str, str] = json.loads(read_object(path))
    except FileNotFoundError:
        return {}
    return owner


def _mark(settings: Settings) -> str | None:
    """The secret that only this disk has; backups leave it out."""
    try:
        return owner_mark_path(settings.home).read_text()
    except FileNotFoundError:
        return None
