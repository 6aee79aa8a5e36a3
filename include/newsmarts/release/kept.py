"""The releases that are kept, with their size and row counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from newsmarts.core.db import reading
from newsmarts.release import contents
from newsmarts.release.releases import all_releases, current_release, find_release


@dataclass(frozen=True, slots=True)
class KeptRelease:
    """One release; ``published_at`` is when its file was written (UTC), and ``rows`` counts each mart."""

    release_id: str
    path: Path
    current: bool
    published_at: datetime
    size_bytes: int
    rows: dict[str, int]


def kept_releases(home: Path) -> tuple[KeptRelease, ...]:
    """Every release that is kept, the newest first.

    Raises:
        MissingPartition: nothing was published yet.
    """
    find_release(home)  # raises where there is none
    current = current_release(home)
    found = []
    for release in reversed(all_releases(home)):
        facts = release.path.stat()
        with reading(release.path) as connection:
            rows = {mart.name: mart.rows for mart in contents.read_marts(connection)}
        found.append(
            KeptRelease(
                release_id=release.release_id,
                path=release.path,
                current=release == current,
                published_at=datetime.fromtimestamp(int(facts.st_mtime), tz=UTC),
                size_bytes=facts.st_size,
                rows=rows,
            )
        )
    return tuple(found)
