"""Where everything lives under ``NEWS_HOME``: the one module that builds paths.

A partition is one UTC capture day. Its folder is ``capture_day=YYYY-MM-DD`` (Hive style), so DuckDB
and pyarrow can read a whole stage at once; the day is also inside every staged file.

::

    raw/objects/<2>/<sha256>                      captured bytes, stored once, read-only
    raw/manifest/capture_day=…/captures.parquet   what was captured that day
    raw/manifest/capture_day=…/rejected.parquet   what land rejected that day
    raw/manifest/capture_day=…/sources.json       which archives, in which versions, were landed in full
    raw/index/*.parquet                           each record's place in archives; made again when missing
    raw/web/                                      what web feeds remember: pauses, conditional requests
    staged/parsed/capture_day=…/*.parquet         what parse read, and what it couldn't
    staged/validated/capture_day=…/*.parquet      the same rows split, with their contract results
    warehouse/news.duckdb                         private: every loaded day
    warehouse/set-aside/<n>/                      warehouses that were rebuilt, as they were
    warehouse/candidate/news.duckdb               private: the marts being made ready
    warehouse/candidate/search/                   private: the marts' full-text index, and what it holds
    marts/releases/<id>/news.duckdb               a published, read-only release
    marts/releases/<id>/search/                   its full-text index
    marts/current                                 symlink to the newest release
    docs/                                         Data Docs, one site a day
    acknowledgements/<number>.json                what people acknowledged in quarantine; never edited
    owner.json                                    object stores only: which machine has the warehouse
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from newsmarts.core.errors import UsageError
from newsmarts.core.object_store import current_version
from newsmarts.core.text import counted

if TYPE_CHECKING:
    from upath import UPath

Stage = Literal["manifest", "parsed", "validated"]
# a folder on a disk, in an object store, or either
AnyPath = TypeVar("AnyPath", Path, "UPath", "Path | UPath")

_ROOTS: dict[Stage, tuple[str, ...]] = {
    "manifest": ("raw", "manifest"),
    "parsed": ("staged", "parsed"),
    "validated": ("staged", "validated"),
}
PARTITION_PREFIX = "capture_day="
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RANGES_SHOWN = 10


def partition_path(home: AnyPath, stage: Stage, day: date) -> AnyPath:
    """The folder of one day of one stage; it may not exist yet."""
    return stage_path(home, stage) / f"{PARTITION_PREFIX}{day.isoformat()}"


def stage_path(home: AnyPath, stage: Stage) -> AnyPath:
    """The folder that holds a stage's partitions; it may not exist yet."""
    return home.joinpath(*_ROOTS[stage])


def partition_days(home: Path | UPath, stage: Stage, *, without: Collection[date] = ()) -> Iterator[date]:
    """The days that a stage has, in order; ``without`` those that are known."""
    root = stage_path(home, stage)
    if not root.is_dir():
        return
    left_out = {f"{PARTITION_PREFIX}{day.isoformat()}" for day in without}
    for name in sorted(entry.name for entry in root.iterdir()):
        if name.startswith(PARTITION_PREFIX) and name not in left_out and _is_whole(root / name, stage):
            yield parse_day(name.removeprefix(PARTITION_PREFIX))


def raw_object_path(home: AnyPath, sha256: str) -> AnyPath:
    """Where the bytes with this SHA-256 are kept. Raises ValueError when it is no SHA-256."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a lowercase SHA-256: {sha256!r}")
    return objects_path(home).joinpath(sha256[:2], sha256)


def web_path(home: Path) -> Path:
    """The folder of what the feeds that fetch from the web remember between their requests."""
    return home / "raw" / "web"


def _is_whole(folder: Path | UPath, stage: Stage) -> bool:
    """Whether a folder was written to its end; on a disk it isn't there before."""
    return isinstance(folder, Path) or stage == "manifest" or current_version(folder) is not None


def owner_path(archive: AnyPath) -> AnyPath:
    """The object that names the machine with the warehouse of an object store."""
    return archive / "owner.json"


def owner_mark_path(home: Path) -> Path:
    """What this disk is known by there; by its name it is in no backup."""
    return home / "warehouse" / ".owner.lock"


def objects_path(home: AnyPath) -> AnyPath:
    """The folder of all captured bytes."""
    return home / "raw" / "objects"


def archive_index_path(home: Path, name: str) -> Path:
    """Where the index of one version of an archive file is kept."""
    return home / "raw" / "index" / f"{name}.parquet"


def warehouse_path(home: Path) -> Path:
    """The private DuckDB file that holds every loaded day."""
    return home / "warehouse" / "news.duckdb"


def set_aside_path(home: Path) -> Path:
    """The folder of warehouses that ``rebuild`` took out of use."""
    return home / "warehouse" / "set-aside"


def candidate_path(home: Path) -> Path:
    """The private DuckDB file in which the next release's marts are built."""
    return home / "warehouse" / "candidate" / "news.duckdb"


def search_path(home: Path) -> Path:
    """The private folder in which the next release's full-text index is built."""
    return candidate_path(home).with_name("search")


def releases_path(home: Path) -> Path:
    """The folder of published releases."""
    return home / "marts" / "releases"


def current_release_path(home: Path) -> Path:
    """The symlink to the newest published release (a folder)."""
    return home / "marts" / "current"


def published_path(home: Path) -> Path:
    """The published DuckDB file that readers open."""
    return current_release_path(home) / "news.duckdb"


def docs_path(home: AnyPath) -> AnyPath:
    """The folder of the Data Docs."""
    return home / "docs"


def acknowledgements_path(home: AnyPath) -> AnyPath:
    """The folder of what people acknowledged in quarantine."""
    return home / "acknowledgements"


def parse_day(text: str) -> date:
    """Read ``YYYY-MM-DD``. Raises UsageError, saying what was given."""
    try:
        # fromisoformat alone takes 2025-W35-1 and 2025082500 too
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"not a day: {text!r}. Write it as YYYY-MM-DD, as in 2025-08-25.") from None


def day_of_run(
    logical_date: datetime | None, data_interval_start: datetime | None, run_after: datetime | None
) -> date | None:
    """The capture day of an Airflow run whose form names none; None when there is nothing to go by.

    It is the day of the logical date, so that a manual and a scheduled run of one logical date have the same.
    (Airflow gives the manual one the interval *before* its logical date.) Airflow's form fills in the present
    moment, whose day isn't over at ``run_after``: it means the interval's day, the last one that was over.
    Without either it is the day before ``run_after``.
    """
    if logical_date is not None:
        moment = logical_date.astimezone(UTC)
        is_schedules = moment.timetz() == time(tzinfo=UTC)
        if is_schedules or (run_after is not None and day_interval(moment.date())[1] <= run_after):
            return moment.date()
    if data_interval_start is None and run_after is not None:
        data_interval_start = run_after - timedelta(days=1)
    return data_interval_start.astimezone(UTC).date() if data_interval_start is not None else None


def day_interval(day: date) -> tuple[datetime, datetime]:
    """The half-open UTC interval [start, end) that a capture day covers."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return start, start + timedelta(days=1)


def longest_range(days: Iterable[date]) -> tuple[date, date] | None:
    """The longest run of days without a gap, if any has two days or more; the earlier of equal ones."""
    ranges = [(first, last) for first, last in contiguous_ranges(days) if first < last]
    return max(ranges, key=lambda days: days[1] - days[0], default=None)


def contiguous_ranges(days: Iterable[date]) -> list[tuple[date, date]]:
    """Fold days into inclusive (first, last) ranges without gaps, in order."""
    ranges: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if ranges and day - ranges[-1][1] == timedelta(days=1):
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    return ranges


def days_in_words(days: Iterable[date]) -> str:
    """Days as people write them: ``3 days: 2025-09-01 to 2025-09-02, 2025-09-04``."""
    ranges = contiguous_ranges(days)
    count = sum((last - first).days + 1 for first, last in ranges)
    shown = [str(first) if first == last else f"{first} to {last}" for first, last in ranges[:_RANGES_SHOWN]]
    more = ", …" if len(ranges) > _RANGES_SHOWN else ""
    return f"{counted(count, 'day')}: {', '.join(shown)}{more}"
