"""Parquet exports: a folder a month, types and meanings with them, the same bytes for the same rows."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from newsmarts.export import ordered
from newsmarts.export.run import export
from newsmarts.marts import catalogue
from tests.export.marts import ALL_TYPES, HOSTILE, files_of, settings_for, thing
from tests.release_files import Table, make_release

ROWS = [
    thing("b", "2025-08-31"),
    thing("a", "2025-08-31", HOSTILE),
    thing("d", "2025-09-01", None),
    thing("c", "2024-02-29", ""),
    thing("e", None),
]


@pytest.fixture(autouse=True)
def _months(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue knows the date of this mart."""
    mart = dataclasses.replace(catalogue.marts()[0], name="things", month_of="seen_date")
    monkeypatch.setattr("newsmarts.export.source.catalogue.marts", lambda: (mart,))


def test_a_mart_with_a_date_is_a_folder_a_month(tmp_path: Path) -> None:
    release = make_release(tmp_path, 1, {"things": Table.of(ALL_TYPES, *ROWS)})
    result = export(settings_for(tmp_path, things=["id"]), tmp_path / "out", format="parquet")
    assert result.release_id == release.release_id
    [mart] = result.marts.values()
    months = ["2024-02", "2025-08", "2025-09", "__HIVE_DEFAULT_PARTITION__"]
    assert list(mart.files) == [f"things/year_month={month}/part-0.parquet" for month in months]
    assert (mart.rows, mart.size_bytes) == (
        5,
        sum((tmp_path / "out" / name).stat().st_size for name in mart.files),
    )
    with duckdb.connect() as connection:
        pattern = str(tmp_path / "out" / "things" / "*" / "*.parquet")
        read = f"SELECT year_month, id, text FROM read_parquet('{pattern}', hive_partitioning = true)"
        assert connection.execute(f"{read} ORDER BY ALL").fetchall() == [
            ("2024-02", "c", ""),
            ("2025-08", "a", HOSTILE),
            ("2025-08", "b", "Boats"),
            ("2025-09", "d", None),
            (None, "e", "Boats"),
        ]
        assert connection.execute(f"{read} WHERE year_month = '2025-09'").fetchall() == [
            ("2025-09", "d", None)
        ]
    table = ds.dataset(tmp_path / "out" / "things", partitioning="hive").to_table()
    assert dict(zip(table["id"].to_pylist(), table["year_month"].to_pylist(), strict=True))["a"] == "2025-08"


def test_types_values_and_meanings_come_along(tmp_path: Path) -> None:
    release = make_release(tmp_path, 1, {"things": Table.of(ALL_TYPES, *ROWS)})
    export(settings_for(tmp_path, things=["id"]), tmp_path / "out", format="parquet")
    path = tmp_path / "out" / "things" / "year_month=2025-08" / "part-0.parquet"
    schema = pq.read_schema(path)
    assert dict(zip(schema.names, schema.types, strict=True)) == {
        "id": pa.string(),
        "seen_date": pa.date32(),
        "text": pa.string(),
        "count": pa.int64(),
        "share": pa.float64(),
        "is_new": pa.bool_(),
        "seen_at": pa.timestamp("us", "UTC"),
        "seen_local": pa.timestamp("us"),
    }
    first = pq.read_table(path, partitioning=None).to_pylist()[0]
    assert (first["id"], first["count"], first["share"], first["is_new"]) == ("a", -7, 0.25, True)
    assert first["seen_at"].isoformat() == "2025-08-31T09:30:00.000001+00:00"
    assert first["seen_local"].isoformat() == "2025-08-31T12:30:00"
    comment = "What seen_at means; it's {ever} so <plain>."
    assert schema.field("seen_at").metadata[b"comment"].decode() == comment
    assert schema.metadata[b"release_id"].decode() == release.release_id
    with duckdb.connect() as connection:  # a reader that knows nothing of Arrow's own metadata
        metadata = dict(
            connection.execute(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall()
        )
    assert json.loads(metadata[b"column_comments"])["seen_at"] == comment
    assert json.loads(metadata[b"key"]) == ["id"]
    assert metadata[b"comment"] == b"Rows of a test."


def test_a_mart_without_a_date_is_one_file(tmp_path: Path) -> None:
    tables = {"texts": Table.of({"id": "VARCHAR", "body": "VARCHAR"}, ("b", None), ("a", HOSTILE))}
    make_release(tmp_path, 1, tables)
    export(settings_for(tmp_path, texts=["id"]), tmp_path / "out", format="parquet")
    assert pq.read_table(tmp_path / "out" / "texts.parquet").to_pylist() == [
        {"id": "a", "body": HOSTILE},
        {"id": "b", "body": None},
    ]


def test_a_mart_without_rows_still_tells_its_columns(tmp_path: Path) -> None:
    make_release(tmp_path, 1, {"things": Table.of(ALL_TYPES), "texts": Table.of({"id": "VARCHAR"})})
    result = export(settings_for(tmp_path), tmp_path / "out", format="parquet")
    for mart in result.marts.values():
        [name] = mart.files
        assert pq.read_metadata(tmp_path / "out" / name).num_rows == 0
    assert pq.read_schema(tmp_path / "out" / result.marts["things"].files[0]).names
    assert ds.dataset(tmp_path / "out" / "things", partitioning="hive").to_table().num_rows == 0


def test_a_date_that_an_older_release_has_not_is_no_partition(tmp_path: Path) -> None:
    make_release(tmp_path, 1, {"things": Table.of({"id": "VARCHAR", "seen_date": "VARCHAR"}, ("a", "x"))})
    export(settings_for(tmp_path, things=["gone"]), tmp_path / "out", format="parquet")
    assert pq.read_table(tmp_path / "out" / "things.parquet").to_pylist() == [{"id": "a", "seen_date": "x"}]


def test_the_same_rows_give_the_same_bytes_however_they_were_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # three row groups a month, dealt out to files and not
    monkeypatch.setattr("newsmarts.export.parquet._GROUP_ROWS", 1000)
    rows = (
        "SELECT md5(i::VARCHAR), DATE '2025-08-01' + (i % 50)::INT, repeat(md5(i::VARCHAR), i % 7), i, "
        "i / 3, i % 2 = 0, NULL, NULL FROM range(5000) AS r(i) ORDER BY hash(i + {})"
    )
    exports = []
    for number, at_once in ((1, 16_384), (2, 700), (3, 16_384)):
        monkeypatch.setattr(ordered.ordered, "__kwdefaults__", {"at_once": at_once})
        home = tmp_path / str(number)
        make_release(home, 1, {"things": Table(ALL_TYPES, rows.format(number))})
        settings = settings_for(home, things=["id"])
        for threads in (1, 2):
            out = home / f"out-{threads}"
            export(settings.model_copy(update={"duckdb_threads": threads}), out, format="parquet")
            exports.append(files_of(out))
    assert all(each == exports[0] for each in exports)
    assert sorted(exports[0]) == [
        "export.json",
        "things/year_month=2025-08/part-0.parquet",
        "things/year_month=2025-09/part-0.parquet",
    ]
    groups = pq.ParquetFile(tmp_path / "1" / "out-1" / "things" / "year_month=2025-08" / "part-0.parquet")
    assert [groups.metadata.row_group(n).num_rows for n in range(groups.num_row_groups)] == [1000] * 3 + [100]


@pytest.mark.parametrize("at_once", [10, 16_384])
def test_rows_come_by_date_then_key_then_all_the_rest(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (
        "SELECT (i % 4)::VARCHAR, DATE '2025-08-01' + (i % 2)::INT, (i * 7 % 40)::VARCHAR "
        "FROM range(40) AS r(i)"
    )
    columns = {"id": "VARCHAR", "seen_date": "DATE", "text": "VARCHAR"}
    make_release(tmp_path, 1, {"things": Table(columns, rows)})
    settings = settings_for(tmp_path)  # no key: every column counts
    monkeypatch.setitem(ordered.ordered.__kwdefaults__ or {}, "at_once", at_once)
    export(settings, tmp_path / "out", format="parquet")
    path = tmp_path / "out" / "things" / "year_month=2025-08" / "part-0.parquet"
    got = [
        (row["seen_date"], row["id"], row["text"])
        for row in pq.read_table(path, partitioning=None).to_pylist()
    ]
    assert got == sorted(got)
    assert len(set(got)) == 40
