"""The Parquet schemas of every file in raw/manifest and staged/: one place, every column.

``capture_day`` is inside the files, not only in their path, so that any engine can read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from newsmarts.core.errors import DamagedPartition, StoreUnavailable
from newsmarts.core.object_store import read_object

if TYPE_CHECKING:
    from upath import UPath

# Arrow's own allocators keep some 100 MiB of what a stage has released.
pa.set_memory_pool(pa.system_memory_pool())

UTC_TIME = pa.timestamp("us", tz="UTC")
WALL_TIME = pa.timestamp("us")

CAPTURES = pa.schema(
    [
        pa.field("capture_id", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("publisher", pa.string()),
        pa.field("feed", pa.string(), nullable=False),
        pa.field("source_path", pa.string(), nullable=False),
        pa.field("captured_at", UTC_TIME, nullable=False),
        pa.field("capture_day", pa.date32(), nullable=False),
        pa.field("media_type", pa.string(), nullable=False),
        pa.field("size_bytes", pa.int64(), nullable=False),
        pa.field("landed_at", UTC_TIME, nullable=False),
        pa.field("url", pa.string()),  # what was requested, where the feed knows it
        pa.field("http_status", pa.int32()),
        pa.field("charset", pa.string()),  # as the HTTP answer or the MHTML part declares it
        pa.field("captured_at_precision", pa.string()),  # "second" or "day"; null: landed before it was kept
    ]
)
# Files are kept for years, and those of earlier versions lack these columns; they read as null.
ADDED_LATER = frozenset(
    {
        "url",
        "http_status",
        "charset",
        "captured_at_precision",
        "outcome",
        "not_article",
        "warnings",
        "acknowledged",
        "published_from",
    }
)

QUARANTINE = pa.schema(
    [
        pa.field("capture_id", pa.string(), nullable=False),
        pa.field("capture_sha256", pa.string()),
        pa.field("publisher", pa.string()),
        pa.field("stage", pa.string(), nullable=False),
        pa.field("reason_code", pa.string(), nullable=False),
        pa.field("expectation", pa.string()),
        pa.field("detail", pa.string(), nullable=False),
        pa.field("source_path", pa.string(), nullable=False),
        pa.field("captured_at", UTC_TIME, nullable=False),
        pa.field("capture_day", pa.date32(), nullable=False),
        pa.field("subject", pa.string(), nullable=False),
        pa.field("outcome", pa.string()),  # "not_article" or "quarantined", set by validate; null before
    ]
)

BODY_BLOCK = pa.struct([("kind", pa.string()), ("text", pa.string()), ("items", pa.list_(pa.string()))])

# Where a field comes from: blocks of the page, numbered from 1 in reading order, or a place in its head.
FIELD_SOURCE = pa.struct([("field", pa.string()), ("blocks", pa.list_(pa.int32())), ("head", pa.string())])

ARTICLES = pa.schema(
    [
        pa.field("capture_id", pa.string(), nullable=False),
        pa.field("capture_sha256", pa.string(), nullable=False),
        pa.field("feed", pa.string(), nullable=False),
        pa.field("source_path", pa.string(), nullable=False),
        pa.field("captured_at", UTC_TIME, nullable=False),
        pa.field("capture_day", pa.date32(), nullable=False),
        pa.field("article_id", pa.string()),  # as this capture alone gives it; null only before validate
        pa.field("identity_keys", pa.list_(pa.string()), nullable=False),  # its article's, sorted
        pa.field("publisher", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("news_id", pa.string()),
        pa.field("url", pa.string()),
        pa.field("headline", pa.string()),
        pa.field("standfirst", pa.string()),
        pa.field("byline_raw", pa.string()),
        pa.field("byline", pa.string()),
        pa.field("agency", pa.string()),
        pa.field("published_local", WALL_TIME),
        pa.field("timezone", pa.string(), nullable=False),
        pa.field("published_at", UTC_TIME),
        pa.field("published_from", pa.string()),  # "page" or "head"; null: read before it was kept
        pa.field("modified_at", UTC_TIME),
        pa.field("section", pa.string()),
        pa.field("read_minutes", pa.int32()),
        pa.field("share_count", pa.int64()),
        pa.field("image_alt", pa.string()),
        pa.field("image_caption", pa.string()),
        pa.field("image_url", pa.string()),
        pa.field("body", pa.list_(BODY_BLOCK), nullable=False),
        pa.field("body_text", pa.string(), nullable=False),
        pa.field("text_sha256", pa.string(), nullable=False),
        pa.field("excerpt", pa.string(), nullable=False),
        pa.field("word_count", pa.int32(), nullable=False),
        pa.field("body_length_chars", pa.int32(), nullable=False),
        pa.field("tags", pa.list_(pa.string()), nullable=False),
        pa.field("keywords", pa.list_(pa.string()), nullable=False),
        pa.field("related_headlines", pa.list_(pa.string()), nullable=False),
        pa.field("coverage", pa.list_(pa.string()), nullable=False),
        pa.field("metadata_disagreements", pa.list_(pa.string()), nullable=False),
        pa.field("captured_on_or_after", pa.date32()),
        pa.field("rule_version", pa.string(), nullable=False),
        pa.field("field_sources", pa.list_(FIELD_SOURCE)),  # fields with a value only
    ]
)

TICKER_ITEMS = pa.schema(
    [
        pa.field("capture_id", pa.string(), nullable=False),
        pa.field("capture_sha256", pa.string(), nullable=False),
        pa.field("source_path", pa.string(), nullable=False),
        pa.field("captured_at", UTC_TIME, nullable=False),
        pa.field("capture_day", pa.date32(), nullable=False),
        pa.field("publisher", pa.string(), nullable=False),
        pa.field("position", pa.int32(), nullable=False),  # from 1, top to bottom
        pa.field("text", pa.string(), nullable=False),
    ]
)

# Ticker lines of captures that gave no valid article, and lines that a page's style hides: no rows of a mart,
# but the ticker contract compares bodies with them as well.
TICKER_WITNESSES = pa.schema(
    [
        pa.field("capture_id", pa.string(), nullable=False),
        pa.field("captured_at", UTC_TIME, nullable=False),
        pa.field("capture_day", pa.date32(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
    ]
)

PAGE_LINKS = pa.schema(
    [
        pa.field("capture_id", pa.string(), nullable=False),
        pa.field("captured_at", UTC_TIME, nullable=False),
        pa.field("capture_day", pa.date32(), nullable=False),
        pa.field("publisher", pa.string(), nullable=False),
        pa.field("list_name", pa.string(), nullable=False),  # most_read, read_next or related
        pa.field("position", pa.int32(), nullable=False),  # from 1, top to bottom
        pa.field("headline", pa.string(), nullable=False),
        pa.field("caption", pa.string()),
        pa.field("section", pa.string()),
        pa.field("published_on", pa.date32()),
    ]
)

CONTRACT_RESULTS = pa.schema(
    [
        pa.field("capture_day", pa.date32(), nullable=False),
        pa.field("contract", pa.string(), nullable=False),  # suite name
        pa.field("expectation", pa.string(), nullable=False),  # id, unique in its suite
        pa.field("expectation_type", pa.string(), nullable=False),  # Great Expectations' name
        pa.field("column_name", pa.string()),
        pa.field("severity", pa.string(), nullable=False),  # critical, warning or info
        pa.field("passed", pa.bool_(), nullable=False),
        pa.field("evaluated_rows", pa.int64(), nullable=False),
        pa.field("unexpected_rows", pa.int64(), nullable=False),
        pa.field("notes", pa.string(), nullable=False),
    ]
)

OUTCOMES = pa.schema(
    [
        pa.field("capture_day", pa.date32(), nullable=False),
        pa.field("captures", pa.int64(), nullable=False),  # landed + rejected
        pa.field("landed", pa.int64(), nullable=False),
        pa.field("rejected", pa.int64(), nullable=False),  # by land
        pa.field("parsed", pa.int64(), nullable=False),
        pa.field("valid", pa.int64(), nullable=False),
        pa.field("quarantined", pa.int64(), nullable=False),  # captures, not rows, of any stage
        pa.field("ticker_items", pa.int64(), nullable=False),  # valid sightings
        pa.field("ticker_items_quarantined", pa.int64(), nullable=False),
        pa.field("fingerprint", pa.string(), nullable=False),  # of all the day's validated rows
        pa.field("code_version", pa.string(), nullable=False),  # see newsmarts.core.versions
        pa.field("rule_versions", pa.string(), nullable=False),  # of the parsed articles, commas between
        pa.field("contracts_version", pa.string(), nullable=False),
        pa.field("manifest_version", pa.string(), nullable=False),  # names what was landed
        pa.field("accepted", pa.bool_(), nullable=False),  # False: too much was quarantined
        pa.field("refusal", pa.string()),  # why it wasn't accepted, for a person
        pa.field("run_id", pa.string()),  # the Airflow run that validated the day, if one did
        pa.field("not_article", pa.int64()),  # captures; quarantined doesn't count them
        pa.field("warnings", pa.list_(pa.string())),  # what is unusual compared with the days before
        # entries of quarantine that people acknowledged, and without which the day would be refused
        pa.field("acknowledged", pa.list_(pa.string())),
    ]
)

SHARES_FILE = "shares.parquet"
# Of an accepted day: how many of its pages have a reason or lack a field; days after are compared with it.
SHARES = pa.schema(
    [
        pa.field("capture_day", pa.date32(), nullable=False),
        pa.field("publisher", pa.string(), nullable=False),
        pa.field("language", pa.string()),  # null for reasons
        pa.field("kind", pa.string(), nullable=False),  # reason or field
        pa.field("name", pa.string(), nullable=False),  # "" counts all pages
        pa.field("pages", pa.int64(), nullable=False),
        pa.field("of_pages", pa.int64(), nullable=False),
    ]
)

VALIDATED_ROWS: Mapping[str, pa.Schema] = {
    "articles": ARTICLES,
    "ticker_items": TICKER_ITEMS,
    "page_links": PAGE_LINKS,
    "ticker_witnesses": TICKER_WITNESSES,
    "quarantine": QUARANTINE,
    "contract_results": CONTRACT_RESULTS,
}
VALIDATED: Mapping[str, pa.Schema] = {**VALIDATED_ROWS, "outcome": OUTCOMES}
"""Every file of a validated day."""
FILES_ADDED_LATER = frozenset({"ticker_witnesses"})
"""Files that days of earlier versions lack; they read as empty."""

PARQUET_OPTIONS: Mapping[str, Any] = {"compression": "zstd", "write_page_checksum": True}
"""How staged files are written. Without checksums, four of five flipped bits give wrong rows, silently."""
_REMEDY = "Run its day again from the stage that writes it."
UNREADABLE = (pa.ArrowException, OSError, ValueError)
"""What Arrow raises for a damaged file: mostly an OSError, for a flipped bit in a name UnicodeDecodeError."""


def write_rows(path: Path, schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write a small Parquet file in one go and return its number of rows."""
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
    write_table(path, table)
    return int(table.num_rows)


def to_bytes(table: pa.Table) -> bytes:
    """The Parquet file that ``write_table`` would write, as bytes."""
    sink = pa.BufferOutputStream()
    write_table(sink, table)
    return bytes(sink.getvalue())


def write_table(path: Path | pa.NativeFile, table: pa.Table) -> None:
    """Write a table as every staged file is written: zstd, checksums, UTC kept, no pandas metadata."""
    pq.write_table(table.replace_schema_metadata(None), path, **PARQUET_OPTIONS)


def batch_of(rows: Iterable[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Rows, each with its values in the schema's order, as Arrow; quicker than from dictionaries."""
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def is_of(found: pa.Schema, schema: pa.Schema) -> bool:
    """Whether a file with these columns can be read as this schema: equal, but for some of ADDED_LATER."""
    found = found.remove_metadata()
    names = set(found.names)
    expected = pa.schema([field for field in schema if field.name in names or field.name not in ADDED_LATER])
    return bool(found.equals(expected))


def batches(file: pq.ParquetFile, schema: pa.Schema, rows: int = 2048) -> Iterator[pa.RecordBatch]:
    """The file's rows with the schema's columns, so many rows at a time; columns that it lacks are null."""
    known = set(file.schema_arrow.names)  # Arrow makes the schema each time
    there = [name for name in schema.names if name in known]
    for batch in file.iter_batches(batch_size=rows, columns=there):
        columns = [
            batch.column(field.name) if field.name in known else pa.nulls(len(batch), field.type)
            for field in schema
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def opened(path: Path | UPath) -> IO[bytes]:
    """A file to read, complete in memory where it is an object.

    Raises:
        FileNotFoundError: there is no such file.
        StoreUnavailable: the object store can't give it now.
    """
    if isinstance(path, Path):
        return path.open("rb")
    try:
        return BytesIO(read_object(path))
    except (FileNotFoundError, MemoryError):
        raise
    except Exception as error:  # each store has errors of its own for an answer that doesn't come
        raise StoreUnavailable(f"{path} can't be read now: {error}. Run its day again later.") from error


@contextmanager
def damage_explained(path: Path | UPath | str) -> Iterator[None]:
    """Raise DamagedPartition for what Arrow raises while a staged file is read."""
    try:
        yield
    except (FileNotFoundError, StoreUnavailable):
        raise
    except UNREADABLE as error:
        raise DamagedPartition(f"{path} can't be read as Parquet ({error}). {_REMEDY}") from error


def open_file(path: Path | UPath, schema: pa.Schema, *, pre_buffer: bool = False) -> pq.ParquetFile:
    """Open a staged file; its columns must be exactly the schema's, but for those that were added later.

    Args:
        pre_buffer: take the file's bytes into memory at once, for one that is read as a whole.

    Raises:
        DamagedPartition: the file is torn, or holds other columns.
        FileNotFoundError: there is no such file.
        StoreUnavailable: the object store can't give it now.
    """
    with damage_explained(path):
        source = path if isinstance(path, Path) else opened(path)
        file = pq.ParquetFile(source, pre_buffer=pre_buffer, page_checksum_verification=True)
    if not is_of(file.schema_arrow, schema):
        raise DamagedPartition(f"{path} holds other columns than it should. {_REMEDY}")
    return file


def read_table(path: Path | UPath, schema: pa.Schema) -> pa.Table:
    """Read a staged file as a whole; raises as :func:`open_file`."""
    # half the time of pq.read_table for the small files of a day
    with open_file(path, schema, pre_buffer=True) as file, damage_explained(path):
        table = file.read()
    for field in schema:
        if field.name not in table.column_names:
            table = table.append_column(field, pa.nulls(len(table), field.type))
    return table.select(schema.names).replace_schema_metadata()
