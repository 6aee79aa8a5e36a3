"""All that is in quarantine now: from the current release, and from days that it doesn't show as they are.

A release lacks a day that was refused as a whole, and shows one that ran since as it was: exactly those are
what a person comes for. They are read from validate's files. Acknowledgements are those of this moment.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import pyarrow as pa

from newsmarts.core.acknowledgements import QuarantineKey
from newsmarts.core.db import as_dicts, run_sql
from newsmarts.core.errors import DamagedPartition, DamagedRelease, MissingPartition, NewsError
from newsmarts.core.schemas import QUARANTINE
from newsmarts.core.settings import Settings
from newsmarts.marts import acknowledged
from newsmarts.release.reader import connect
from newsmarts.review.current_release import DayMadeOf, days_made_of, made_of
from newsmarts.review.day_outcomes import KnownDay, Stamp, day_outcomes_of
from newsmarts.review.day_results import LeftOutPage, Reason, group_by_page, read_results

if TYPE_CHECKING:
    from upath import UPath

logger = logging.getLogger(__name__)

State = Literal["open", "replaced", "acknowledged", "all", "not_article"]
"""Pages in quarantine with a reason in this state, or pages that aren't in it but are not articles.

``replaced``: open ones whose page is in the release by another capture, as new or newer.
"""

PAGE_SIZE = 50
_SQL = Path(__file__).parent / "queries" / "quarantine"
_REPLACED = pa.schema({"capture_id": pa.string(), "replaced_by": pa.string(), "replaced_on": pa.date32()})
_known_replaced: dict[object, pa.Table] = {}  # of the newest look: at a million captures it takes a second


@dataclass(frozen=True, slots=True)
class Filters:
    """Which pages pass; None: any."""

    reason: str | None = None
    publisher: str | None = None
    day: date | None = None
    stage: str | None = None
    state: State = "open"


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be filtered by, and how many pages (or captures' ticker lines) have it."""

    value: str
    pages: int


@dataclass(frozen=True, slots=True)
class OpenPages:
    """How many pages (or captures' ticker lines) in quarantine have a reason that is not acknowledged."""

    pages: int
    replaced: int  # of them, in the release by another capture


class Quarantine:
    """Quarantine as it is at this moment; of a release, nothing that is published meanwhile disturbs it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, has_release: bool) -> None:
        self._connection = connection
        self.has_release = has_release

    def chosen(
        self,
        filters: Filters,
        first: int = 0,
        page_size: int | None = None,
        capture_ids: Sequence[str] | None = None,
    ) -> tuple[list[Reason], int]:
        """All reasons of one screen of pages, from the ``first``-th that passes on, and how many pass.

        Args:
            capture_ids: only pages of these captures pass.
        """
        bounds = {"page_size": page_size or PAGE_SIZE, "first": first, "capture_ids": capture_ids}
        rows = self._rows("chosen", **asdict(filters), **bounds)
        totals = {int(row.pop("total")) for row in rows}
        return [Reason(**row) for row in rows], max(totals, default=0)

    def choices(self, state: State) -> dict[str, list[Choice]]:
        """What can be filtered by: reason, publisher and stage, each the most frequent first."""
        found: dict[str, list[Choice]] = {"reason": [], "publisher": [], "stage": []}
        for row in self._rows("choices", state=state):
            found[row["kind"]].append(Choice(row["value"], int(row["pages"])))
        return found

    def open_pages(self) -> OpenPages:
        """How many there are that are not acknowledged."""
        return OpenPages(**self._rows("open_pages")[0])

    def of_captures(self, capture_ids: Sequence[str]) -> list[Reason]:
        """All reasons why these captures are in quarantine."""
        return self.chosen(Filters(state="all"), page_size=2 * len(capture_ids), capture_ids=capture_ids)[0]

    def outcome_of(self, capture_id: str, day: date) -> tuple[str | None, str | None]:
        """What the release made of a capture, and the article that it shows; None where it has none."""
        rows = self._rows("outcome", capture_id=capture_id, day=day)
        return (rows[0]["outcome"], rows[0]["article_id"]) if rows else (None, None)

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
        built = days_made_of(connection) if has_release else {}
        known = day_outcomes_of(settings.archive).days()
        days = [day for day, each in known.items() if _differs(each, built.get(day))]
        tables = [_validated(settings.archive, known[day]) for day in days]
        connection.register("validated_quarantine", pa.concat_tables([QUARANTINE.empty_table(), *tables]))
        connection.register("days_as_validated", pa.table({"capture_day": pa.array(days, pa.date32())}))
        acknowledged.register(connection, settings.home)
        if not has_release:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("CREATE SCHEMA marts")
            connection.execute("CREATE TABLE marts.quarantine AS SELECT * FROM validated_quarantine LIMIT 0")
            connection.execute("CREATE TABLE marts.captures AS FROM marts.quarantine")
        run_sql(connection, _SQL / "reasons.sql")
        stamps = tuple((day, known[day].validated) for day in days)
        connection.register("replaced", _replaced(connection, stamps))
        yield Quarantine(connection, has_release=has_release)


def _replaced(
    connection: duckdb.DuckDBPyConnection, stamps: tuple[tuple[date, Stamp | None], ...]
) -> pa.Table:
    """Pages in quarantine that the release has by another capture; found once for it and these days."""
    if not {"feed", "url"} <= set(connection.table("marts.captures").columns):
        return _REPLACED.empty_table()  # no release, or one of an early version
    ((release,),) = connection.execute("SELECT path FROM duckdb_databases() WHERE NOT internal").fetchall()
    key = (release, stamps)
    found = _known_replaced.get(key)
    if found is None:
        found = run_sql(connection, _SQL / "replaced.sql").to_arrow_table()
        _known_replaced.clear()
        _known_replaced[key] = found
    return found


def open_pages(settings: Settings) -> OpenPages:
    """How many pages are open; none when they can't be counted, which the Quarantine page explains."""
    try:
        with open_quarantine(settings) as quarantine:
            return quarantine.open_pages()
    except (NewsError, duckdb.Error) as error:
        logger.warning("Quarantine can't be counted: %r", str(error))
        return OpenPages(0, 0)


def entry_of(reason: Reason) -> QuarantineKey:
    """What is acknowledged of a reason."""
    return QuarantineKey.of(asdict(reason))


def _differs(known: KnownDay, built: DayMadeOf | None) -> bool:
    """Whether a day's results aren't what the release was built of; not, when they can't be read."""
    return known.outcome is not None and made_of(known.outcome) != built


def _validated(archive: Path | UPath, known: KnownDay) -> pa.Table:
    """What validate left out of a day; empty when that can't be read, which Contracts shows."""
    outcome = known.outcome
    if outcome is None or not (
        outcome.quarantined or outcome.not_article or outcome.ticker_items_quarantined
    ):
        return QUARANTINE.empty_table()
    try:
        return _read_validated(archive, known.day, known.validated)
    except (MissingPartition, DamagedPartition) as error:
        logger.warning("Quarantine is shown without %s: %s", known.day, error)
        return QUARANTINE.empty_table()


@lru_cache(maxsize=1_000)
def _read_validated(archive: Path | UPath, day: date, _stamp: Stamp | None) -> pa.Table:
    """A day's quarantine, read once for each state of its folder."""
    return read_results(archive, day, "quarantine.parquet", QUARANTINE)


def read_withheld(home: Path, day: date) -> tuple[LeftOutPage, ...]:
    """Captures of a day that are valid by themselves, and withheld from the current release."""
    try:
        with connect(home, memory_limit="256MB") as marts:
            rows = as_dicts(run_sql(marts, _SQL / "withheld.sql", {"day": day}))
    except MissingPartition:
        return ()
    except (DamagedRelease, duckdb.Error) as error:
        # The day's own results are worth showing without it.
        logger.warning("the pages of %s that the published marts withhold can't be read: %r", day, str(error))
        return ()
    return tuple(group_by_page(Reason(**row) for row in rows))
