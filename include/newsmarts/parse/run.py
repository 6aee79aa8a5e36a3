"""The parse stage's only entry: a day's captures become articles, ticker lines and page links, or reasons."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from newsmarts.core import partitions, schemas
from newsmarts.core.bylines import Houses, load_houses
from newsmarts.core.errors import (
    CaptureError,
    MissingPartition,
    StoreUnavailable,
    UnknownPublisher,
    UnreadablePage,
)
from newsmarts.core.failures import stage
from newsmarts.core.files import is_there, replacing_folder
from newsmarts.core.garbage import rarely_collected
from newsmarts.core.locks import partition_lock
from newsmarts.core.object_store import is_remote
from newsmarts.core.records import Capture
from newsmarts.core.settings import Settings
from newsmarts.core.workers import Workers
from newsmarts.parse import rows
from newsmarts.parse.not_articles import error_of_status
from newsmarts.parse.page import parse_reading, parser_error, publisher_of, read_page
from newsmarts.parse.reading import Roles
from newsmarts.parse.tickers import ticker_shown

if TYPE_CHECKING:
    from upath import UPath

log = logging.getLogger(__name__)

# Rows held in memory before they are written: a row group of some megabytes.
_ROWS_AT_ONCE = 1_000
_PROGRESS_EVERY = 10_000
_PART = 500  # captures of a large day that one process parses at a time: a second or two
_PARTS_OF_LARGE_DAY = 4  # below, to start processes costs more than they save
# A store answers in some 20 ms, a page is parsed in 5: so many requests at once keep the parser busy.
_FETCHERS = 8
_AHEAD = 16  # pages in memory

FILES: Mapping[str, pa.Schema] = {
    "articles": schemas.ARTICLES,
    "ticker_items": schemas.TICKER_ITEMS,
    "page_links": schemas.PAGE_LINKS,
    "ticker_witnesses": schemas.TICKER_WITNESSES,
    "quarantine": schemas.QUARANTINE,
}

Taken = tuple[Capture, Callable[[], bytes]]
"""A capture, and what gives its bytes; see ``raw_bytes`` for what that raises."""


@dataclass(frozen=True, slots=True)
class ParseResult:
    """What became of a day's captures: ``captures = parsed + quarantined``."""

    day: date
    captures: int
    parsed: int
    quarantined: int
    reasons: dict[str, int]  # quarantined captures by reason_code
    ticker_items: int


@stage("parse")
def run(day: date, settings: Settings, jobs: int = 1) -> ParseResult:
    """Parse the captures of one day into ``staged/parsed/<day>``, replacing what was there.

    A pure function of the captured bytes and the rules. A page that can't be parsed becomes a row of
    quarantine.parquet; whatever goes wrong in parsing one page, the day goes on. A page whose bytes can't be
    read now stops the day, for what would be written about it would be wrong as soon as they can be. Rows are
    in the order of (captured_at, source_path, capture_id), and memory doesn't grow with their number.

    Args:
        jobs: processes that share a large day; the files are the same, byte for byte.

    Raises:
        MissingPartition: the day was never landed.
        ProcessKilled: one of these processes was killed; the files of an earlier run stay.
        StoreUnavailable: captured bytes can't be read now; the files of an earlier run stay.
        SettingsError: the house bylines among the contracts can't be read.
    """
    load_houses(settings.contracts_dir)  # its error comes before any work
    folder = partitions.partition_path(settings.archive, "parsed", day)
    with partition_lock(settings, day), replacing_folder(folder) as temporary:
        captures = _table_of(day, settings.archive).num_rows
        if jobs > 1 and captures >= _PARTS_OF_LARGE_DAY * _PART:
            counts, reasons = _parse_in_parts(day, settings, temporary, captures, jobs)
        else:
            counts, reasons = _parse_part(day, settings, temporary, 0, captures)
    result = ParseResult(
        day=day,
        captures=counts["articles"] + counts["quarantine"],
        parsed=counts["articles"],
        quarantined=counts["quarantine"],
        reasons=dict(sorted(reasons.items())),
        ticker_items=counts["ticker_items"],
    )
    log.info(
        "Parsed %s: %d captures, %d articles, %d quarantined %s, %d ticker lines. Rows: %s",
        day,
        result.captures,
        result.parsed,
        result.quarantined,
        result.reasons,
        result.ticker_items,
        folder,
    )
    return result


def _parse_in_parts(
    day: date, settings: Settings, folder: Path, captures: int, jobs: int
) -> tuple[Counter[str], Counter[str]]:
    """Parse parts of the day side by side, each into files of its own, and join these in their order."""
    parts = [(folder / f"part-{start:09}", start) for start in range(0, captures, _PART)]
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    log.info("Parsing %s: %d captures in %d parts by %d processes", day, captures, len(parts), jobs)
    with Workers(min(jobs, len(parts)), preload=[__name__]) as workers:
        for part, _ in parts:
            part.mkdir()
        pieces = [(day, settings, part, start, _PART) for part, start in parts]
        for counted, reasoned in workers.map(_parse_part, pieces):
            counts += counted
            reasons += reasoned
    for name, schema in FILES.items():
        _join(folder / f"{name}.parquet", [part / f"{name}.parquet" for part, _ in parts], schema)
    for part, _ in parts:
        shutil.rmtree(part)
    return counts, reasons


def _join(path: Path, parts: Sequence[Path], schema: pa.Schema) -> None:
    """Write the rows of all parts as one writer would have written them."""
    rows = schema.empty_table()
    with pq.ParquetWriter(path, schema, **schemas.PARQUET_OPTIONS) as writer:
        for part in parts:
            rows = pa.concat_tables([rows, pq.read_table(part, schema=schema, partitioning=None)])
            while rows.num_rows >= _ROWS_AT_ONCE:
                writer.write_table(rows.slice(0, _ROWS_AT_ONCE).combine_chunks())
                rows = rows.slice(_ROWS_AT_ONCE)
        if rows.num_rows:
            writer.write_table(rows.combine_chunks())


@rarely_collected()
def _parse_part(
    day: date, settings: Settings, folder: Path, start: int, count: int
) -> tuple[Counter[str], Counter[str]]:
    """Parse so many of the day's captures into files; returns rows by file and quarantined ones by reason."""
    houses = load_houses(settings.contracts_dir)
    reasons: Counter[str] = Counter()
    with _Writer(folder) as out:
        captures = _captures(_table_of(day, settings.archive).slice(start, count))
        for number, (capture, take_bytes) in enumerate(with_bytes(captures, settings.archive), start=1):
            for name, row in rows_of(capture, take_bytes, houses):
                out.add(name, row)
                if name == "quarantine":
                    reasons[row["reason_code"]] += 1
            if number % _PROGRESS_EVERY == 0:
                log.info("Parsing %s: %d captures so far", day, number)
        out.flush()
    return out.counts, reasons


def _table_of(day: date, home: Path | UPath) -> pa.Table:
    """The day's captures, in the order of their rows."""
    path = partitions.partition_path(home, "manifest", day) / "captures.parquet"
    if not is_there(path):
        raise MissingPartition(f"{day} has no manifest ({path}). Land the day first.")
    return schemas.read_table(path, schemas.CAPTURES).sort_by(
        [("captured_at", "ascending"), ("source_path", "ascending"), ("capture_id", "ascending")]
    )


def _captures(table: pa.Table) -> Iterator[Capture]:
    for batch in table.to_batches(max_chunksize=_ROWS_AT_ONCE):
        for row in batch.to_pylist():
            del row["capture_day"]
            yield Capture(**row)


def rows_of(capture: Capture, take_bytes: Callable[[], bytes], houses: Houses) -> list[tuple[str, rows.Row]]:
    """The rows of a capture, each with the name of its file: an article's, or the one of its quarantine."""
    publisher, reading = capture.publisher, None
    roles: Roles = []
    reason: CaptureError | None = error_of_status(capture.http_status)
    try:
        data = take_bytes()
    except CaptureError as error:
        return [("quarantine", rows.quarantine_row(capture, publisher, error))]
    try:
        reading = read_page(data, capture.media_type, capture.charset)
        reading.url = capture.url
        rules = publisher_of(reading)
        publisher = rules.slug if rules else publisher
        page = parse_reading(reading, rules, capture.captured_at, roles, houses=houses)
        if reason is None:
            return [
                ("articles", rows.article_row(capture, page)),
                *(("ticker_items", row) for row in rows.ticker_rows(capture, page.article)),
                *(("page_links", row) for row in rows.link_rows(capture, page.article)),
                *_witnesses(capture, reading.hidden_ticker),
            ]
    except CaptureError as error:
        reason = reason or _named_otherwise(capture, error)
        log.info("No article in %r: %s", capture.source_path, reason.reason_code)
    except (MemoryError, OSError):  # the machine's trouble, not the page's
        raise
    except Exception as error:
        # a bug of ours on one page is a row and a traceback, never the end of the day
        reason = reason or parser_error(error)
        log.exception("The parser failed on %r (capture %s)", capture.source_path, capture.capture_id)
    found = [("quarantine", rows.quarantine_row(capture, publisher, reason))]
    return found if reading is None else [*found, *_witnesses(capture, ticker_shown(reading, roles))]


def _named_otherwise(capture: Capture, error: CaptureError) -> CaptureError:
    """The reason of a page; one without a publisher's mark whose path names a publisher may be redesigned."""
    if not isinstance(error, UnknownPublisher) or capture.publisher is None:
        return error
    return UnreadablePage(
        "unrecognised_page",
        f"The path names {capture.publisher}, but no mark of it is on the page: the site may have changed "
        "its layout, or the page is another site's and belongs in another folder.",
    )


def _witnesses(capture: Capture, lines: Iterable[str]) -> Iterator[tuple[str, rows.Row]]:
    return (("ticker_witnesses", row) for row in rows.witness_rows(capture, lines))


class _Writer(ExitStack):
    """The staged files of a day, written in row groups."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self._rows: dict[str, list[rows.Row]] = {name: [] for name in FILES}
        self._writers = {
            name: self.enter_context(
                pq.ParquetWriter(folder / f"{name}.parquet", schema, **schemas.PARQUET_OPTIONS)
            )
            for name, schema in FILES.items()
        }

    def add(self, name: str, row: rows.Row) -> None:
        """Add a row to one of the files."""
        self.counts[name] += 1
        self._rows[name].append(row)
        if len(self._rows[name]) >= _ROWS_AT_ONCE:
            self._flush(name)

    def flush(self) -> None:
        """Write the rows that are still in memory."""
        for name in FILES:
            self._flush(name)

    def _flush(self, name: str) -> None:
        if self._rows[name]:
            self._writers[name].write_table(pa.Table.from_pylist(self._rows[name], schema=FILES[name]))
            self._rows[name].clear()


def with_bytes(captures: Iterable[Capture], archive: Path | UPath) -> Iterator[Taken]:
    """The captures in their order, each with its bytes, to be taken once."""
    if not is_remote(archive):
        for capture in captures:
            yield capture, partial(raw_bytes, capture, archive)
        return
    waiting: deque[Taken] = deque()
    with ThreadPoolExecutor(_FETCHERS, thread_name_prefix="raw") as fetchers:
        try:
            for capture in captures:
                waiting.append((capture, fetchers.submit(raw_bytes, capture, archive).result))
                if len(waiting) >= _AHEAD:
                    yield waiting.popleft()
            while waiting:
                yield waiting.popleft()
        finally:
            fetchers.shutdown(wait=False, cancel_futures=True)


def raw_bytes(capture: Capture, archive: Path | UPath) -> bytes:
    """The captured bytes.

    Raises:
        StoreUnavailable: they can't be read now, or aren't there.
        UnreadablePage: they aren't those that were landed.
    """
    path = partitions.raw_object_path(archive, capture.sha256)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise StoreUnavailable(
            f"{path} is missing: the page of {capture.source_path!r}. Put it back from a backup, or land the "
            "page again from its source; then run the day again."
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # each store has errors of its own for an answer that doesn't come
        raise StoreUnavailable(
            f"{path}, the page of {capture.source_path!r}, can't be read now: "
            f"{error or type(error).__name__}. "
            "Nothing was changed; run the day again when the store answers."
        ) from error
    if hashlib.sha256(data).hexdigest() != capture.sha256:
        raise UnreadablePage(
            "raw_bytes_damaged",
            f"{path.name} in raw/objects doesn't hold the bytes that it is named after. "
            "Check the disk, remove the file, and land the page again.",
        )
    return data
