"""The stored results of a day's Data Docs, from which its pages are rendered; in an object store, too."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

from newsmarts.core.files import replacing_folder, write_atomically
from newsmarts.core.object_store import read_object
from newsmarts.core.partitions import docs_path
from newsmarts.core.settings import Settings

RESULTS_FILE = "results.json.gz"


def results_path(home: Path, day: date) -> Path:
    """Where a day's results are on this machine."""
    return docs_path(home) / day.isoformat() / RESULTS_FILE


def has_docs(settings: Settings, day: date) -> bool:
    """Whether there are Data Docs of a day, on this machine or in the object store."""
    if (docs_path(settings.home) / day.isoformat() / "index.html").is_file():
        return True
    shared = docs_path(settings.archive) / day.isoformat() / RESULTS_FILE
    return settings.archive_url is not None and shared.is_file()


def share(settings: Settings, day: date) -> None:
    """Put a day's results into the object store, if there is one, for desks on other machines."""
    if settings.archive_url is not None:
        target = docs_path(settings.archive) / day.isoformat() / RESULTS_FILE
        write_atomically(target, results_path(settings.home, day).read_bytes())


def fetch(settings: Settings, day: date) -> None:
    """Bring a day's results from the object store to this machine; pages of other results go."""
    if settings.archive_url is None:
        return
    path = results_path(settings.home, day)
    with suppress(FileNotFoundError):
        packed = read_object(docs_path(settings.archive) / day.isoformat() / RESULTS_FILE)
        if not path.exists() or path.read_bytes() != packed:
            with replacing_folder(path.parent) as temporary:
                (temporary / RESULTS_FILE).write_bytes(packed)
