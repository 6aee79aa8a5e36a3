"""All that is in quarantine now: from the current release, and from days that it doesn't show as they are.

A release lacks a day that was refused as a whole, and shows one that ran since as it was: exactly those are
what a person comes for. They are read from validate's files. Acknowledgements are those of this moment.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import pyarrow as pa

from newsmarts.core.acknowledgements import QuarantineKey
from newsmarts.core.db import as_dicts, run_sql
from newsmarts.core.errors import DamagedPartition, MissingPartition, NewsError
from newsmarts.core.files import whole_folder
from newsmarts.core.partitions import partition_path
from newsmarts.core.schemas import QUARANTINE, read_table
from newsmarts.core.settings import Settings
from newsmarts.marts import acknowledged
from newsmarts.release.reader import connect
from newsmarts.review.day_outcomes import KnownDay, Stamp, day_outcomes_of

if TYPE_CHECKING:
    from upath import UPath

logger = logging.getLogger(__name__)

State = Literal["open", "acknowledged", "all"]

PAGE_SIZE = 50
_SQL = Path(__file__).parent / "queries" / "quarantine"
_TRIES = 3  # a day that is being replaced is looked at again
_COMPARED = (
    "code_version",
    "rule_versions",
    "contracts_version",
    "captures",
    "landed",
    "parsed",
    "valid",
    "quarantined",
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which pages pass; None: any."""

    reason: str | None = None
    publisher: str | None = None
    day: date | None = None
    stage: str | None = None
    state: State = "open"


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """One reason of one page (or of one capture's ticker lines), and who acknowledged it, if anyone did."""

    capture_id: str
    capture_sha256: str | None
    publisher: str | None
    stage: str
    reason_code: str
    expectation: str | None
    detail: str
    source_path: str
    captured_at: datetime  # UTC
    capture_day: date
    subject: str  # page or ticker_item
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    acknowledged_reason: str | None


@dataclass(frozen=True, slots=True)
class PageLine:
    """One page (or one capture's ticker lines) that was quarantined, with every reason."""

    capture_id: str
    subject: str
    publisher: str | None
    source_path: str
    capture_day: date
    captured_at: datetime
    reasons: Sequence[QuarantineRow]

    @property
    def is_open(self) -> bool:
        """Whether a reason is left that is not acknowledged."""
        return any(reason.acknowledged_at is None for reason in self.reasons)

    @property
    def is_partly_open(self) -> bool:
        """Whether somebody has acknowledged a reason, but not all."""
        return self.is_open and any(reason.acknowledged_at for reason in self.reasons)

    @property
    def key(self) -> str:
        """Names it in a form."""
        return f"{self.capture_id}:{self.subject}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be filtered by, and how many reasons have it."""

    value: str
    reasons: int


class Quarantine:
    """Quarantine as it is at this moment; of a release, nothing that is published meanwhile disturbs it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, has_release: bool) -> None:
        self._connection = connection
        self.has_release = has_release

    def chosen(
        self, filters: Filters, first: int = 0, page_size: int | None = None
    ) -> tuple[list[QuarantineRow], int]:
        """All reasons of one screen of pages, from the ``first``-th that passes on, and how many pass."""
        rows = self._rows(
            "chosen",
            reason=filters.reason,
            publisher=filters.publisher,
            day=filters.day,
            stage=filters.stage,
            state=filters.state,
            page_size=page_size or PAGE_SIZE,
            first=first,
        )
        total = rows[0]["total"] if rows else 0
        return [QuarantineRow(**{name: row[name] for name in row if name != "total"}) for row in rows], int(
            total
        )

    def choices(self, state: State) -> dict[str, list[Choice]]:
        """What can be filtered by: reason, publisher and stage, each the most frequent first."""
        found: dict[str, list[Choice]] = {"reason": [], "publisher": [], "stage": []}
        for row in self._rows("choices", state=state):
            found[row["kind"]].append(Choice(row["value"], int(row["reasons"])))
        return found

    def open_pages(self) -> int:
        """How many pages (or captures' ticker lines) have a reason that is not acknowledged."""
        return int(self._rows("open_pages")[0]["pages"])

    def of_captures(self, capture_ids: list[str]) -> list[QuarantineRow]:
        """All reasons of these captures."""
        return [QuarantineRow(**row) for row in self._rows("of_captures", capture_ids=capture_ids)]

    def _rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        return as_dicts(run_sql(self._connection, _SQL / f"{query}.sql", parameters))


@contextlib.contextmanager
def open_quarantine(settings: Settings) -> Iterator[Quarantine]:
    """Open it for one look.

    Raises:
        NewsError: what people acknowledged can't be read.
    """
    try:
        connection = connect(settings.home, memory_limit="256MB")
        has_release = True
    except MissingPartition:
        connection = duckdb.connect(":memory:", config={"enable_external_access": "false"})
        has_release = False
    with contextlib.closing(connection):
        built = _built_of(connection) if has_release else {}
        known = day_outcomes_of(settings.archive).days()
        days = [day for day, each in known.items() if _is_elsewhere(each, built.get(day))]
        tables = [table for day in days if (table := _validated(settings.archive, known[day])) is not None]
        connection.register("validated_quarantine", pa.concat_tables([QUARANTINE.empty_table(), *tables]))
        connection.register("days_as_validated", pa.table({"capture_day": pa.array(days, pa.date32())}))
        acknowledged.register(connection, settings.home)
        if not has_release:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("CREATE SCHEMA marts")
            connection.execute("CREATE TABLE marts.quarantine AS SELECT * FROM validated_quarantine LIMIT 0")
        run_sql(connection, _SQL / "reasons.sql")
        yield Quarantine(connection, has_release=has_release)


def open_pages(settings: Settings) -> int:
    """How many pages are open; 0 when they can't be counted, which the Quarantine page explains."""
    try:
        with open_quarantine(settings) as quarantine:
            return quarantine.open_pages()
    except (NewsError, duckdb.Error) as error:
        logger.warning("Quarantine can't be counted: %r", str(error))
        return 0


def lines_of(reasons: Iterable[QuarantineRow]) -> list[PageLine]:
    """Reasons as pages with all their reasons, in the order in which they come."""
    found: dict[tuple[str, str], list[QuarantineRow]] = {}
    for reason in reasons:
        found.setdefault((reason.capture_id, reason.subject), []).append(reason)
    return [
        PageLine(
            capture_id=group[0].capture_id,
            subject=group[0].subject,
            publisher=next((reason.publisher for reason in group if reason.publisher), None),
            source_path=group[0].source_path,
            capture_day=group[0].capture_day,
            captured_at=group[0].captured_at,
            reasons=tuple(group),
        )
        for group in found.values()
    ]


def entry_of(reason: QuarantineRow) -> QuarantineKey:
    """What is acknowledged of a reason."""
    return QuarantineKey(
        reason.capture_day, reason.capture_id, reason.subject, reason.reason_code, reason.expectation or ""
    )


def _built_of(connection: duckdb.DuckDBPyConnection) -> dict[date, tuple[Any, ...]]:
    return {day: tuple(versions) for day, *versions in run_sql(connection, _SQL / "built_of.sql").fetchall()}


def _is_elsewhere(known: KnownDay, built: tuple[Any, ...] | None) -> bool:
    """Whether a day's results aren't what the release was built of. Of one that can't be read it is whole."""
    outcome = known.outcome
    if outcome is None:
        return False
    return not outcome.accepted or tuple(getattr(outcome, name) for name in _COMPARED) != built


def _validated(archive: Path | UPath, known: KnownDay) -> pa.Table | None:
    """What validate quarantined on a day; None when that can't be read, which Contracts tells."""
    try:
        return _read_validated(archive, known.day, known.validated)
    except (DamagedPartition, OSError) as error:
        logger.warning("Quarantine is shown without %s: %s", known.day, error)
        return None


@lru_cache(maxsize=1_000)
def _read_validated(archive: Path | UPath, day: date, _stamp: Stamp | None) -> pa.Table:
    """A day's quarantine, read once for each state of its folder."""
    for attempt in range(1, _TRIES + 1):
        path = whole_folder(partition_path(archive, "validated", day)) / "quarantine.parquet"
        try:
            return read_table(path, QUARANTINE)
        except FileNotFoundError:
            # between the two renames that swap a day in, its folder is away for an instant
            if attempt == _TRIES:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")
