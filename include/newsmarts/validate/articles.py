"""A day's articles, read some at a time: their texts are most of what a day holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmarts.core import schemas

if TYPE_CHECKING:
    from upath import UPath

ROWS_AT_ONCE = 1_000
ORDER = [("captured_at", "ascending"), ("source_path", "ascending"), ("capture_id", "ascending")]


@dataclass(frozen=True, slots=True)
class Articles:
    """Rows of ``schemas.ARTICLES`` in the order of their pages; in memory are those being looked at."""

    capture_ids: pa.ChunkedArray
    _rows: pq.ParquetFile | pa.Table
    _where: str
    _left_out: pa.Array | None = None  # capture ids

    @classmethod
    def open(cls, path: Path | UPath) -> Articles:
        """Open a staged file, whose rows parse writes in their order.

        Raises:
            DamagedPartition, FileNotFoundError, StoreUnavailable: as :func:`schemas.read_table`.
        """
        file = schemas.open_file(path, schemas.ARTICLES)
        with schemas.damage_explained(path):
            keys = file.read([name for name, _ in ORDER])
        if in_order(keys, ORDER) is keys:
            return cls(keys["capture_id"], file, str(path))
        return cls.of(schemas.read_table(path, schemas.ARTICLES))

    @classmethod
    def of(cls, table: pa.Table) -> Articles:
        """Articles that are in memory."""
        rows = in_order(table, ORDER)
        return cls(rows["capture_id"], rows, "the table")

    @property
    def num_rows(self) -> int:
        """How many there are."""
        return len(self.capture_ids)

    @property
    def schema(self) -> pa.Schema:
        """That of the rows: ``schemas.ARTICLES``, items of lists named as in the file."""
        if isinstance(self._rows, pa.Table):
            return self._rows.schema
        there = {field.name: field for field in self._rows.schema_arrow}
        return pa.schema([there.get(field.name, field) for field in schemas.ARTICLES])

    def without(self, capture_ids: Iterable[str]) -> Articles:
        """All but the articles of these captures."""
        left_out = pa.array(sorted(capture_ids), pa.string())
        kept = self.capture_ids.filter(pc.invert(pc.is_in(self.capture_ids, left_out)))
        return replace(self, capture_ids=kept, _left_out=left_out)

    def select(self, names: Sequence[str]) -> pa.Table:
        """Some columns of all rows: short ones."""
        return pa.Table.from_batches(self.to_batches(columns=names), self._schema_of(names))

    def to_table(self) -> pa.Table:
        """All rows, in memory."""
        return pa.Table.from_batches(self.to_batches(), self.schema)

    def to_batches(
        self, max_chunksize: int = ROWS_AT_ONCE, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows, no more than so many at a time.

        Raises:
            DamagedPartition: the file is damaged.
        """
        names = list(columns or schemas.ARTICLES.names)
        read = [*names, *({"capture_id"} - set(names))]
        with schemas.damage_explained(self._where):
            for batch in self._batches(max_chunksize, read):
                if self._left_out is not None:
                    batch = batch.filter(pc.invert(pc.is_in(batch["capture_id"], self._left_out)))  # noqa: PLW2901
                yield batch.select(names)

    def _batches(self, rows: int, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        if isinstance(self._rows, pa.Table):
            yield from self._rows.select(names).to_batches(max_chunksize=rows)
        else:
            yield from schemas.batches(self._rows, self._schema_of(names), rows)

    def _schema_of(self, names: Sequence[str]) -> pa.Schema:
        schema = self.schema
        return pa.schema([schema.field(name) for name in names])


def in_order(table: pa.Table, by: Sequence[tuple[str, str]]) -> pa.Table:
    """The table sorted; the same one when it is so already, which takes no memory."""
    order = pc.sort_indices(table, sort_keys=by)
    return table if order.equals(pa.array(np.arange(len(table)), order.type)) else table.take(order)
