"""Read what validate left of one capture day: its outcome, contract results and quarantine.

Each read is small: three Parquet files of one day. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from newsmarts.core.errors import DamagedPartition, MissingPartition
from newsmarts.core.files import whole_folder
from newsmarts.core.partitions import partition_path
from newsmarts.core.records import QuarantineRow
from newsmarts.core.schemas import (
    ARTICLES,
    CONTRACT_RESULTS,
    OUTCOMES,
    QUARANTINE,
    UNREADABLE,
    opened,
    read_table,
)

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
    not_article: int
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
    warnings: Sequence[str]  # what is unusual compared with the days before
    acknowledged: Sequence[str] = ()  # labels of what was acknowledged, without which it would be refused

    @property
    def adds_up(self) -> bool:
        """Whether every capture is accounted for: valid, not an article, or quarantined."""
        return self.captures == self.valid + self.not_article + self.quarantined


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """One expectation of one contract, on one day."""

    capture_day: date
    contract: str
    expectation: str
    expectation_type: str
    column_name: str | None
    severity: str
    passed: bool
    evaluated_rows: int
    unexpected_rows: int
    notes: str

    @property
    def is_evaluated(self) -> bool:
        """Whether there was something to check: of a contract without rows each expectation holds."""
        return bool(self.evaluated_rows) or not self.passed


@dataclass(frozen=True, slots=True)
class Reason(QuarantineRow):
    """One reason of one page (or of one capture's ticker lines), and who acknowledged it, if anyone did.

    ``replaced_by`` is another capture of the page, as new or newer, by which it is in the release.
    """

    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_reason: str | None = None
    replaced_by: str | None = None
    replaced_on: date | None = None  # its capture day


@dataclass(frozen=True, slots=True)
class LeftOutPage:
    """One page (or one capture's ticker lines) that is left out of the marts, with every reason."""

    capture_id: str
    subject: str  # page or ticker_item
    publisher: str | None
    source_path: str
    capture_day: date
    captured_at: datetime  # UTC
    reasons: Sequence[Reason]

    @property
    def is_quarantined(self) -> bool:
        """Whether it is in quarantine, also when some of its reasons say that it is not an article."""
        return any(reason.outcome != "not_article" for reason in self.reasons)

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
class DayResults:
    """Everything that validate left about one day."""

    day: date
    outcome: Outcome
    expectations: tuple[ExpectationResult, ...]
    quarantined: tuple[LeftOutPage, ...]
    not_articles: tuple[LeftOutPage, ...]
    held_back: tuple[LeftOutPage, ...]  # of a refused day: valid by themselves


def read_day(home: Path | UPath, day: date) -> DayResults:
    """Read the results of one day, all of one validation even while the day is being replaced.

    Raises:
        MissingPartition: the day has not been validated.
        DamagedPartition: a file of the day can't be read.
    """
    outcome = read_outcome(home, day)
    for _ in range(_TRIES):
        expectations = read_expectations(home, day)
        rows = read_results(home, day, "quarantine.parquet", QUARANTINE).to_pylist()
        again = read_outcome(home, day)
        if again == outcome:
            pages = list(group_by_page(Reason(**row) for row in rows))
            return DayResults(
                day,
                outcome,
                expectations,
                quarantined=tuple(page for page in pages if page.is_quarantined),
                not_articles=tuple(page for page in pages if not page.is_quarantined),
                held_back=() if outcome.accepted else tuple(_held_back(home, day)),
            )
        outcome = again
    raise MissingPartition(f"The results of {day} are being replaced at this moment. Reload the page.")


def _held_back(home: Path | UPath, day: date) -> Iterator[LeftOutPage]:
    """The valid pages of a refused day, with the reason code that load gives them."""
    columns = ["capture_id", "capture_sha256", "publisher", "source_path", "captured_at", "capture_day"]
    articles = read_results(home, day, "articles.parquet", ARTICLES).select(columns)
    reason: dict[str, Any] = {
        "stage": "validate",
        "reason_code": "day_refused",
        "detail": "Its day was refused as a whole.",
    }
    yield from group_by_page(Reason(**row, **reason) for row in articles.to_pylist())


def read_expectations(home: Path | UPath, day: date) -> tuple[ExpectationResult, ...]:
    """Read the result of each expectation on one day.

    Raises:
        MissingPartition: the day has not been validated.
        DamagedPartition: the file can't be read.
    """
    rows = read_results(home, day, "contract_results.parquet", CONTRACT_RESULTS).to_pylist()
    return tuple(ExpectationResult(**row) for row in rows)


def read_outcome(home: Path | UPath, day: date) -> Outcome:
    """Read the outcome of one day.

    Raises:
        MissingPartition: the day has not been validated.
        DamagedPartition: the file can't be read, or doesn't hold exactly one outcome.
    """
    rows = read_results(home, day, "outcome.parquet", OUTCOMES).to_pylist()
    if len(rows) != 1:
        raise DamagedPartition(
            f"outcome.parquet of {day} holds {len(rows)} rows where one is due. Run the day again."
        )
    # days that earlier versions validated have none of these
    later = {"not_article": 0, "warnings": (), "acknowledged": ()}
    return Outcome(**rows[0] | {name: rows[0][name] or empty for name, empty in later.items()})


def landed_captures(home: Path | UPath, day: date) -> int:
    """How many captures of a day land has seen, rejected ones included.

    Raises:
        DamagedPartition: a file of the day's manifest can't be read.
    """
    rows = 0
    for name in MANIFEST_FILES:
        path = partition_path(home, "manifest", day) / name
        try:
            with opened(path) as handle:
                rows += int(pq.read_metadata(handle).num_rows)
        except FileNotFoundError:
            continue
        except UNREADABLE as error:
            raise DamagedPartition(f"{path} can't be read ({error}). Run {day} again from land.") from error
    return rows


def read_results(home: Path | UPath, day: date, name: str, schema: pa.Schema) -> pa.Table:
    """One file of a day's results.

    Raises:
        MissingPartition: the day has not been validated.
        DamagedPartition: the file can't be read.
    """
    path = whole_folder(partition_path(home, "validated", day)) / name
    for _ in range(_TRIES):
        try:
            return read_table(path, schema)
        except FileNotFoundError:
            continue  # between the two renames that swap a day in, its folder is away for an instant
    raise MissingPartition(f"{day} has no results: validate has not finished for this day.")


def group_by_page(reasons: Iterable[Reason]) -> Iterator[LeftOutPage]:
    """Reasons as pages with all their reasons, in the order in which they come."""
    found: dict[tuple[str, str], list[Reason]] = {}
    for reason in reasons:
        found.setdefault((reason.capture_id, reason.subject), []).append(reason)
    for group in found.values():
        first = group[0]
        yield LeftOutPage(
            capture_id=first.capture_id,
            subject=first.subject,
            publisher=next((reason.publisher for reason in group if reason.publisher), None),
            source_path=first.source_path,
            capture_day=first.capture_day,
            captured_at=first.captured_at,
            reasons=group,
        )
