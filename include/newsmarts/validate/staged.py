"""The files that validate reads and writes: parsed rows in, the same rows split out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from newsmarts.core import schemas
from newsmarts.core.errors import ConservationError, MissingPartition
from newsmarts.core.files import is_there, whole_folder
from newsmarts.core.garbage import release_memory
from newsmarts.core.partitions import partition_path
from newsmarts.validate.articles import ORDER, ROWS_AT_ONCE, Articles, in_order

if TYPE_CHECKING:
    from upath import UPath

_NAMES_SHOWN = 5
_BATCHES_OF_ROW_GROUP = 5  # 30 MB of usual articles in memory
_encode = json.JSONEncoder(default=str, separators=("\n", ":")).encode  # values one a line


@dataclass(frozen=True, slots=True)
class ParsedDay:
    """What the stages before left of one day."""

    day: date
    captures: pa.Table  # the manifest
    rejected: list[dict[str, Any]]  # quarantine rows of land
    unparsed: list[dict[str, Any]]  # quarantine rows of parse
    articles: Articles
    ticker_items: pa.Table
    page_links: pa.Table
    ticker_witnesses: pa.Table

    @property
    def all_captures(self) -> int:
        """Landed and rejected ones."""
        return len(self.captures) + len({row["capture_id"] for row in self.rejected})


def read(home: Path | UPath, day: date) -> ParsedDay:
    """Read one day, and check that every landed capture was parsed or quarantined, once.

    Raises:
        MissingPartition: the day hasn't been landed or parsed.
        ConservationError: parse's rows and the manifest aren't about the same captures.
    """
    captures, rejected = read_manifest(home, day)
    parsed = whole_folder(partition_path(home, "parsed", day))
    _check_there(day, "parse", parsed, ("articles", "ticker_items", "page_links", "quarantine"))
    tables = {
        name: _table(parsed / f"{name}.parquet", schemas.VALIDATED_ROWS[name])
        for name in ("quarantine", "ticker_items", "page_links", "ticker_witnesses")
    }
    return parsed_day(day, captures, rejected, Articles.open(parsed / "articles.parquet"), tables)


def parsed_day(
    day: date,
    captures: pa.Table,
    rejected: list[dict[str, Any]],
    articles: Articles,
    tables: Mapping[str, pa.Table],
) -> ParsedDay:
    """A day of these rows, in the order of validated files.

    Raises:
        ConservationError: parse's rows and the manifest aren't about the same captures.
    """
    found = ParsedDay(
        day=day,
        captures=captures,
        rejected=rejected,
        unparsed=list(tables["quarantine"].to_pylist()),
        articles=articles,
        ticker_items=in_order(tables["ticker_items"], [*ORDER, ("position", "ascending")]),
        page_links=tables["page_links"],
        ticker_witnesses=in_order(
            tables["ticker_witnesses"],
            [(name, "ascending") for name in ("captured_at", "capture_id", "text")],
        ),
    )
    _check_accounted(found)
    return found


def read_manifest(home: Path | UPath, day: date) -> tuple[pa.Table, list[dict[str, Any]]]:
    """The day's landed captures, and the quarantine rows of those that land rejected."""
    landed = partition_path(home, "manifest", day)
    _check_there(day, "land", landed, ("captures", "rejected"))
    return (
        schemas.read_table(landed / "captures.parquet", schemas.CAPTURES),
        _rows(landed / "rejected.parquet", schemas.QUARANTINE),
    )


def manifest_version(captures: pa.Table, rejected: Iterable[dict[str, Any]]) -> str:
    """A hash of what was landed, whenever that was: of both as JSON."""
    digest = hashlib.sha256(b"[[")
    separator = ""
    for batch in captures.to_batches(max_chunksize=ROWS_AT_ONCE):
        landed = [{**row, "landed_at": None} for row in batch.to_pylist()]
        digest.update(f"{separator}{json.dumps(landed, default=str)[1:-1]}".encode())
        separator = ", "
    digest.update(f"], {json.dumps(list(rejected), default=str)}]".encode())
    return digest.hexdigest()


def write(
    folder: Path,
    tables: Mapping[str, pa.Table | Articles],
    outcome: Mapping[str, Any],
    shares: Iterable[Mapping[str, Any]] | None,
) -> None:
    """Write the files of a validated day; ``shares`` is None for a day that others aren't compared with."""
    for name in schemas.VALIDATED_ROWS:
        _write(folder / f"{name}.parquet", tables[name])
    if shares is not None:
        schemas.write_rows(folder / schemas.SHARES_FILE, schemas.SHARES, shares)
    schemas.write_rows(folder / "outcome.parquet", schemas.OUTCOMES, [outcome])


def _write(path: Path, rows: pa.Table | Articles) -> None:
    if isinstance(rows, pa.Table):
        schemas.write_table(path, rows)
        return
    with pq.ParquetWriter(path, rows.schema, **schemas.PARQUET_OPTIONS) as writer:
        batches = rows.to_batches()
        while some := list(islice(batches, _BATCHES_OF_ROW_GROUP)):
            group = pa.Table.from_batches(some).combine_chunks()
            del some
            writer.write_table(group)
            del group
            release_memory()


def read_outcome(home: Path | UPath, day: date) -> dict[str, Any]:
    """The outcome of a validated day, as ``schemas.OUTCOMES`` has it.

    Raises:
        MissingPartition: the day hasn't been validated.
    """
    path = whole_folder(partition_path(home, "validated", day)) / "outcome.parquet"
    if not is_there(path):
        raise MissingPartition(f"{path} is missing: validate {day} first.")
    (outcome,) = _rows(path, schemas.OUTCOMES)
    return outcome


def table_of(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table of one of the validated files."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schemas.VALIDATED_ROWS[name])


def fingerprint(tables: Mapping[str, pa.Table | Articles]) -> str:
    """A SHA-256 over all rows: equal for equal rows, on any machine and with any version of Parquet."""
    digest = hashlib.sha256()
    for name in schemas.VALIDATED_ROWS:
        digest.update(f"{name}\n".encode())
        for batch in tables[name].to_batches(max_chunksize=ROWS_AT_ONCE):
            rows = _json_objects(batch.schema.names, batch.columns)
            digest.update("".join(f"{row}\n" for row in rows).encode())
    return digest.hexdigest()


def _json_values(column: pa.Array) -> list[str]:
    """Each value as JSON; a list's or an object's is put together of those of its parts."""
    if pa.types.is_list(column.type):
        ends = column.offsets.to_numpy().tolist()
        parts = _json_values(column.values[ends[0] : ends[-1]])
        at = [end - ends[0] for end in ends]
        texts = [f"[{','.join(parts[start:end])}]" for start, end in pairwise(at)]
    elif pa.types.is_struct(column.type):
        fields = [column.field(number) for number in range(column.type.num_fields)]
        names = [field.name for field in column.type]
        texts = list(_json_objects(names, fields))
    else:
        found = column.dictionary_encode(null_encoding="encode")
        distinct = _encode(found.dictionary.to_pylist())[1:-1].split("\n")
        return [distinct[at] for at in found.indices.to_numpy().tolist()]
    if column.null_count:
        is_null = column.is_null().to_pylist()
        texts = ["null" if null else text for text, null in zip(texts, is_null, strict=True)]
    return texts


def _json_objects(names: Iterable[str], columns: Iterable[pa.Array]) -> Iterator[str]:
    """A JSON object for each row."""
    line = ",".join(f"{json.dumps(name)}:%s" for name in names)
    return map(f"{{{line}}}".__mod__, zip(*map(_json_values, columns), strict=True))


def _check_there(day: date, stage: str, folder: Path | UPath, names: Iterable[str]) -> None:
    for name in names:
        path = folder / f"{name}.parquet"
        if not is_there(path):
            raise MissingPartition(
                f"{path} is missing, so {day} can't be validated. Run {stage} for {day} first."
            )


def _rows(path: Path | UPath, schema: pa.Schema) -> list[dict[str, Any]]:
    return list(schemas.read_table(path, schema).to_pylist())


def _table(path: Path | UPath, schema: pa.Schema) -> pa.Table:
    if path.stem in schemas.FILES_ADDED_LATER and not is_there(path):  # parsed by an earlier version
        return schema.empty_table()
    return schemas.read_table(path, schema)


def _check_accounted(parsed: ParsedDay) -> None:
    landed = parsed.captures["capture_id"].to_pylist()
    read = parsed.articles.capture_ids.to_pylist()
    unread = [row["capture_id"] for row in parsed.unparsed]
    faults = {
        "landed but not parsed": set(landed) - set(read) - set(unread),
        "parsed but not landed": (set(read) | set(unread)) - set(landed),
        "both parsed and quarantined": set(read) & set(unread),
        "both landed and rejected": set(landed) & {row["capture_id"] for row in parsed.rejected},
        "there twice": {*(Counter(landed) - Counter(set(landed))), *(Counter(read) - Counter(set(read)))},
    }
    for fault, capture_ids in faults.items():
        if capture_ids:
            rows = (*parsed.captures.select(["capture_id", "source_path"]).to_pylist(), *parsed.unparsed)
            names = {row["capture_id"]: row["source_path"] for row in rows}
            shown = sorted(repr(names.get(capture_id, capture_id)) for capture_id in capture_ids)
            more = f" and {len(shown) - _NAMES_SHOWN} more" if len(shown) > _NAMES_SHOWN else ""
            raise ConservationError(
                f"{parsed.day}: {len(capture_ids)} captures are {fault}: {', '.join(shown[:_NAMES_SHOWN])}"
                f"{more}. If captures were landed since the day was parsed, run parse for {parsed.day} again."
            )
