"""Read what validate left of one capture day: its outcome, contract results and quarantine.

Each read is small: three Parquet files of one day. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from newsmarts.core.errors import DamagedPartition, MissingPartition
from newsmarts.core.files import whole_folder
from newsmarts.core.partitions import partition_days, partition_path
from newsmarts.core.schemas import CONTRACT_RESULTS, OUTCOMES, QUARANTINE, read_table

if TYPE_CHECKING:
    from upath import UPath

MANIFEST_FILES = ("captures.parquet", "rejected.parquet")
_TRIES = 3  # a day that is being replaced is looked at again


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one capture day; counts are captures unless named otherwise."""

    capture_day: date
    captures: int
    landed: int
    rejected: int
    parsed: int
    valid: int
    quarantined: int
    ticker_items: int
    ticker_items_quarantined: int
    fingerprint: str
    code_version: str
    rule_versions: str
    contracts_version: str
    manifest_version: str
    accepted: bool
    refusal: str | None
    run_id: str | None

    @property
    def adds_up(self) -> bool:
        """Whether every capture is accounted for: valid or turned away."""
        return self.captures == self.valid + self.quarantined


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """One expectation of one contract, on one day."""

    contract: str
    expectation: str
    expectation_type: str
    column_name: str | None
    severity: str
    passed: bool
    evaluated_rows: int
    unexpected_rows: int
    notes: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a page or ticker line was turned away, and by which stage."""

    stage: str
    reason_code: str
    expectation: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class QuarantinedPage:
    """One page (or one capture's ticker lines) that was turned away, with every reason."""

    subject: str
    capture_id: str
    capture_sha256: str | None
    publisher: str | None
    source_path: str
    captured_at: datetime  # UTC
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class DayResults:
    """Everything that validate left about one day."""

    day: date
    outcome: Outcome
    expectations: tuple[ExpectationResult, ...]
    turned_away: tuple[QuarantinedPage, ...]


def read_day(home: Path | UPath, day: date) -> DayResults:
    """Read the results of one day, all of one validation even while the day is being replaced.

    Raises:
        MissingPartition: the day has not been validated.
        DamagedPartition: a file of the day can't be read.
    """
    outcome = read_outcome(home, day)
    for _ in range(_TRIES):
        expectations = read_expectations(home, day)
        turned_away = tuple(group_by_page(_rows(home, day, "quarantine.parquet", QUARANTINE)))
        again = read_outcome(home, day)
        if again == outcome:
            return DayResults(day, outcome, expectations, turned_away)
        outcome = again
    raise MissingPartition(f"The results of {day} are being replaced at this moment. Reload the page.")


def read_expectations(home: Path | UPath, day: date) -> tuple[ExpectationResult, ...]:
    """Read what each expectation said of one day.

    Raises:
        MissingPartition: the day has not been validated.
        DamagedPartition: the file can't be read.
    """
    return tuple(
        ExpectationResult(**_without(row, "capture_day"))
        for row in _rows(home, day, "contract_results.parquet", CONTRACT_RESULTS)
    )


def read_outcome(home: Path | UPath, day: date) -> Outcome:
    """Read the outcome of one day.

    Raises:
        MissingPartition: the day has not been validated.
        DamagedPartition: the file can't be read, or doesn't hold exactly one outcome.
    """
    rows = _rows(home, day, "outcome.parquet", OUTCOMES)
    if len(rows) != 1:
        raise DamagedPartition(
            f"outcome.parquet of {day} holds {len(rows)} rows where one is due. Run the day again."
        )
    return Outcome(**rows[0])


def known_days(home: Path | UPath) -> list[date]:
    """Every day that has captures or results, in order."""
    return sorted({*partition_days(home, "manifest"), *partition_days(home, "validated")})


def landed_captures(home: Path | UPath, day: date) -> int:
    """How many captures of a day land has seen, those that it turned away included.

    Raises:
        DamagedPartition: a file of the day's manifest can't be read.
    """
    folder = partition_path(home, "manifest", day)
    rows = 0
    for path in (folder / name for name in MANIFEST_FILES):
        try:
            rows += _row_count(path)
        except FileNotFoundError:
            continue
        except (pa.ArrowException, OSError) as error:
            raise DamagedPartition(f"{path} can't be read ({error}). Run {day} again from land.") from error
    return rows


def _row_count(path: Path | UPath) -> int:
    with path.open("rb") as handle:
        return int(pq.read_metadata(handle).num_rows)


def _rows(home: Path | UPath, day: date, name: str, schema: pa.Schema) -> list[dict[str, Any]]:
    path = whole_folder(partition_path(home, "validated", day)) / name
    for _ in range(_TRIES):
        try:
            rows: list[dict[str, Any]] = read_table(path, schema).to_pylist()
        except FileNotFoundError:
            continue  # between the two renames that swap a day in, its folder is away for an instant
        except OSError as error:
            raise DamagedPartition(f"{path} can't be read: {error.strerror}.") from error
        return rows
    raise MissingPartition(f"{day} has no results: validate has not finished for this day.")


def group_by_page(rows: Iterable[dict[str, Any]]) -> Iterator[QuarantinedPage]:
    """Quarantine rows, one per reason, as pages with all their reasons; in the rows' order."""
    pages: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        pages.setdefault((row["capture_id"], row["subject"]), []).append(row)
    for reasons in pages.values():
        first = reasons[0]
        yield QuarantinedPage(
            subject=first["subject"],
            capture_id=first["capture_id"],
            capture_sha256=first["capture_sha256"],
            publisher=first["publisher"],
            source_path=first["source_path"],
            captured_at=first["captured_at"],
            reasons=tuple(
                Reason(row["stage"], row["reason_code"], row["expectation"], row["detail"]) for row in reasons
            ),
        )


def _without(row: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key}
