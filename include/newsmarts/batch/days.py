"""A day's parts in, its validated rows out: contract columns part by part, then the day as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmarts.batch.archives import TABLES, Part, write_tables
from newsmarts.batch.job import Job
from newsmarts.core import lake, schemas
from newsmarts.core.acknowledgements import QuarantineKey
from newsmarts.core.errors import MissingPartition
from newsmarts.core.settings import Settings
from newsmarts.land.manifest import Manifest, merge
from newsmarts.validate.articles import Articles
from newsmarts.validate.decision import article_columns, decide
from newsmarts.validate.features import ARTICLE_COLUMNS
from newsmarts.validate.staged import parsed_day

if TYPE_CHECKING:
    from upath import UPath

Columns = Mapping[str, Any]

_TYPES = {"text": pa.string(), "number": pa.float64(), "time": schemas.UTC_TIME}
COLUMNS = pa.schema(
    [pa.field("publisher", pa.string(), nullable=False)]
    + [pa.field(name, _TYPES[kind]) for name, kind in ARTICLE_COLUMNS.items()]
)
"""What the contracts check of each article, with the publisher whose contract it is."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class DayParts:
    """All parts of one day, and the files of their contract columns."""

    day: date
    parts: tuple[Part, ...]
    columns: tuple[Path | UPath, ...] = ()
    acknowledged: frozenset[QuarantineKey] = frozenset()  # of the day

    def files(self, name: str, feed: str | None = None) -> tuple[Path | UPath, ...]:
        """The files of one table, of one feed or of all."""
        parts = [part for part in self.parts if feed in (None, part.feed)]
        return tuple(part.files[name] for part in parts if name in part.files)


@dataclass(frozen=True, slots=True)
class StagedDay:
    """What became of a day: ``captures = valid + not_article + quarantined``."""

    day: date
    captures: int
    valid: int
    not_article: int
    quarantined: int
    refusal: str | None


def write_columns(task: tuple[Part, DayParts], job: Job) -> Path | UPath:
    """Compute the contract columns of a part's articles, with the ticker lines of its whole day."""
    job.check_versions()
    part, whole = task
    lines = ticker_lines((*whole.files("ticker_items"), *whole.files("ticker_witnesses")))
    tables = {name: _read([part.files[name]] if name in part.files else [], name) for name in TABLES}
    columns = columns_of(tables["articles"], lines, tables["page_links"], job.settings)
    return write_tables({"columns": columns}, job.scratch)["columns"]


def columns_of(
    articles: pa.Table, ticker_lines: Iterable[str], page_links: pa.Table, settings: Settings
) -> pa.Table:
    """The contract columns of articles, as COLUMNS has them.

    Args:
        ticker_lines: those of every capture of the day.
        page_links: those of the articles' captures.
    """
    found = article_columns(Articles.of(articles), ticker_lines, page_links, settings.contracts_dir)
    rows = [{"publisher": publisher, **columns} for publisher, columns in found]
    return pa.Table.from_pylist(rows, schema=COLUMNS)


@lru_cache(maxsize=4)
def ticker_lines(files: tuple[Path | UPath, ...]) -> tuple[str, ...]:
    """Each line of a day once; files are read one at a time, for a day has many pages and few lines."""
    lines: dict[str, None] = {}
    for path in files:
        name = path.stem.rpartition("-")[2]
        lines.update(dict.fromkeys(_read([path], name)["text"].unique().to_pylist()))
    return tuple(lines)


def finish_day(task: DayParts, job: Job) -> StagedDay:
    """Decide about a day by its contracts, and replace it in the lake.

    Raises:
        MissingPartition: a capture that was staged before is in none of the archives now.
        ConservationError, ContractError, SettingsError: as validate; the day stays as it was.
    """
    job.check_versions()
    settings = job.settings
    tables = {name: _read(task.files(name), name) for name in TABLES}
    landed = landed_rows(task, settings)
    articles = Articles.of(tables["articles"])
    parsed = parsed_day(task.day, landed.captures, landed.rejected.to_pylist(), articles, tables)
    columns = in_order(task.columns, articles.capture_ids.to_pylist())
    decided = decide(parsed, columns, settings, job.run_id, lambda: task.acknowledged)
    outcome = decided.outcome | {"warnings": None}
    written = pa.Table.from_pylist([outcome], schema=schemas.OUTCOMES)
    found = {
        name: rows.to_table() if isinstance(rows, Articles) else rows
        for name, rows in decided.found.tables.items()
    }
    lake.replace_day(settings, task.day, {**found, "captures": landed.captures, "outcome": written})
    return StagedDay(
        task.day,
        outcome["captures"],
        outcome["valid"],
        outcome["not_article"],
        outcome["quarantined"],
        outcome["refusal"],
    )


def landed_rows(task: DayParts, settings: Settings) -> Manifest:
    """The day's manifest: what was read now, captures that were staged before as they were then.

    Raises:
        MissingPartition: as ``finish_day``.
    """
    staged = lake.files_of(settings, task.day).get("captures")
    known = _read([staged] if staged else [], "captures")
    captures = _read(task.files("captures"), "captures")["capture_id"].combine_chunks()
    gone = known.filter(pc.invert(pc.is_in(known["capture_id"], captures)))
    if len(gone):
        named = ", ".join(map(repr, gone["source_path"].to_pylist()[:_SHOWN]))
        raise MissingPartition(
            f"{task.day}: {len(gone)} captures that were staged before are in none of the archives now, as "
            f"{named}. Put the archives back and run the day again; the day stays as it was."
        )
    landed = Manifest(known, schemas.QUARANTINE.empty_table())
    for feed in sorted({part.feed for part in task.parts}):
        captures, rejected = (_read(task.files(name, feed), name) for name in ("captures", "rejected"))
        landed = merge(landed, feed, captures, rejected)
    return landed


def in_order(
    files: Sequence[Path | UPath], capture_ids: Sequence[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Publisher and contract columns of each article, in this order."""
    tables = [schemas.read_table(path, COLUMNS) for path in files]
    rows = pa.concat_tables(tables) if tables else COLUMNS.empty_table()
    places = {key: place for place, key in enumerate(rows["row_key"].to_pylist())}
    order = pa.array([places[capture_id] for capture_id in capture_ids], pa.int64())
    for batch in rows.take(order).to_batches(max_chunksize=1_000):
        for row in batch.to_pylist():
            yield row.pop("publisher"), row


def _read(files: Iterable[Path | UPath], name: str) -> pa.Table:
    tables = [schemas.read_table(path, TABLES[name]) for path in files]
    return pa.concat_tables(tables) if tables else TABLES[name].empty_table()
