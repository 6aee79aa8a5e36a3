"""Where a reader's releases are."""

from __future__ import annotations

from pathlib import Path

from newsmarts.core.settings import load_settings, settings


def reader_home(home: Path | str | None = None) -> Path:
    """The folder to read releases from; for an object store, with its current release fetched into it.

    Raises:
        StoreUnavailable: the store can't be read, and no release was fetched from it before.
    """
    if home is not None and "://" not in str(home):
        return Path(home)
    chosen = settings() if home is None else load_settings(home=str(home))
    if chosen.archive_url is not None:
        from newsmarts.release.shared import fetch  # noqa: PLC0415 (readers of a folder don't wait for it)

        fetch(chosen)
    return chosen.home
