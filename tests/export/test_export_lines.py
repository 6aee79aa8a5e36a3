"""CSV and JSON Lines: read back by other readers, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsmarts.core.settings import Settings
from newsmarts.core.tables import Column
from newsmarts.export.lines import GUARDED, csv_line
from newsmarts.export.run import export
from tests.examples import one_fast
from tests.export.marts import ALL_TYPES, HOSTILE, settings_for, thing
from tests.release_files import Table, make_release

FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    " =1",
    "\u00a0=1",
    "\ufeff=1",
    "\x01=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''\t",
]
PLAIN = ["Boats", "", "'tis", "a=b", "1-2", "x@y", "—", "’", "   ", "'"]


def release(tmp_path: Path, *texts: str | None) -> Settings:
    rows = [thing(f"{number:03d}", text=text) for number, text in enumerate(texts)]
    make_release(tmp_path, 1, {"things": Table.of(ALL_TYPES, *rows, thing("z", None, None))})
    return settings_for(tmp_path, things=["id"])


def read_csv(path: Path) -> list[dict[str, object]]:
    """The file as a strict reader of RFC 4180 reads it that distinguishes NULL from an empty text."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in ALL_TYPES.items())
        result = connection.execute(
            f"SELECT * FROM read_csv('{path}', header = true, strict_mode = true, columns = {{{types}}}, "
            "nullstr = '', allow_quoted_nulls = false, auto_detect = false, quote = '\"', escape = '\"') "
            "ORDER BY id"
        )
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def test_a_csv_is_read_back_as_it_was(tmp_path: Path) -> None:
    settings = release(tmp_path, HOSTILE, "", None)
    export(settings, tmp_path / "out", format="csv", guard=False)
    rows = read_csv(tmp_path / "out" / "things.csv")
    assert [row["text"] for row in rows] == [HOSTILE, "", None, None]
    assert rows[0] == {
        "id": "000",
        "seen_date": date(2025, 8, 25),
        "text": HOSTILE,
        "count": -7,
        "share": 0.25,
        "is_new": True,
        "seen_at": datetime(2025, 8, 25, 9, 30, 0, 1, tzinfo=UTC),
        "seen_local": datetime(2025, 8, 25, 12, 30),
    }
    assert all(value is None for name, value in rows[3].items() if name != "id")


def test_a_csv_is_rfc_4180_in_utf8(tmp_path: Path) -> None:
    export(release(tmp_path, 'a "b"'), tmp_path / "out", format="csv")
    assert (tmp_path / "out" / "things.csv").read_bytes().decode() == (
        '"id","seen_date","text","count","share","is_new","seen_at","seen_local"\r\n'
        '"000",2025-08-25,"a ""b""",-7,0.25,true,2025-08-25T09:30:00.000001Z,2025-08-25T12:30:00.000000\r\n'
        '"z",,,,,,,\r\n'
    )


def test_formulas_are_made_harmless_and_nothing_else_is_touched(tmp_path: Path) -> None:
    settings = release(tmp_path, *FORMULAS, *PLAIN)
    export(settings, tmp_path / "guarded", format="csv")
    export(settings, tmp_path / "plain", format="csv", guard=False)
    guarded = [row["text"] for row in read_csv(tmp_path / "guarded" / "things.csv")][:-1]
    assert guarded == [f"'{text}" for text in FORMULAS] + PLAIN
    assert [row["text"] for row in read_csv(tmp_path / "plain" / "things.csv")][:-1] == FORMULAS + PLAIN
    # a negative number is no text
    assert {row["count"] for row in read_csv(tmp_path / "guarded" / "things.csv")[:-1]} == {-7}


def test_the_manifest_tells_how_to_undo_the_guard(tmp_path: Path) -> None:
    settings = release(tmp_path, *FORMULAS, *PLAIN)
    export(settings, tmp_path / "out", format="csv")
    document = json.loads((tmp_path / "out" / "export.json").read_text(encoding="utf-8"))
    assert document["formula_guard"] is True
    assert GUARDED in document["formula_guard_undo"]
    assert document["null"].endswith('an empty text is ""')
    export(settings, tmp_path / "out", format="csv", guard=False)
    document = json.loads((tmp_path / "out" / "export.json").read_text(encoding="utf-8"))
    assert (document["formula_guard"], "formula_guard_undo" in document) == (False, False)


TEXTS = st.lists(
    st.one_of(st.none(), st.text(st.sampled_from("'=+-@,\"\r\n\t; ax\0\u00a0\u2028＝é🛢"))), min_size=1
)
COLUMNS = (Column("a", "VARCHAR", ""), Column("n", "BIGINT", ""), Column("b", "VARCHAR", ""))


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t (a VARCHAR, n BIGINT, b VARCHAR)")
    return connection


@given(texts=TEXTS)
@example(texts=["'" * 3 + "=", "'", None, ""])
def test_any_text_survives(connection: duckdb.DuckDBPyConnection, texts: list[str | None]) -> None:
    connection.execute("DELETE FROM t")
    connection.executemany("INSERT INTO t VALUES (?, 1, ?)", [(text, text) for text in texts])
    for guard in (False, True):
        lines = connection.execute(
            f"SELECT {csv_line(COLUMNS, guard=guard)} FROM t ORDER BY rowid"
        ).fetchall()
        # the standard library's reader can't distinguish NULL from an empty text
        cells = list(csv.reader(io.StringIO("".join(line for (line,) in lines), newline=""), strict=True))
        assert [row[1] for row in cells] == ["1"] * len(texts)
        assert [row[0] for row in cells] == [row[2] for row in cells]
        if guard:
            for (cell, *_), text in zip(cells, texts, strict=True):
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
                undone = connection.execute(
                    "SELECT CASE WHEN regexp_matches($cell, $guarded) THEN $cell[2:] ELSE $cell END",
                    {"cell": cell, "guarded": GUARDED},
                ).fetchone()
                assert undone == (text or "",)
        else:
            assert [row[0] for row in cells] == [text or "" for text in texts]
        assert [line.startswith(",") for (line,) in lines] == [text is None for text in texts]


def test_json_lines_are_read_back_as_they_were(tmp_path: Path) -> None:
    export(release(tmp_path, HOSTILE, "", None, "=1", "a\0b"), tmp_path / "out", format="jsonl")
    data = (tmp_path / "out" / "things.jsonl").read_bytes()
    assert data.endswith(b"}\n")
    rows = [json.loads(line) for line in data.decode().split("\n")[:-1]]
    assert [row["text"] for row in rows] == [HOSTILE, "", None, "=1", "a\0b", None]
    assert list(rows[0]) == list(ALL_TYPES)
    assert rows[0] == {
        "id": "000",
        "seen_date": "2025-08-25",
        "text": HOSTILE,
        "count": -7,
        "share": 0.25,
        "is_new": True,
        "seen_at": "2025-08-25T09:30:00.000001Z",
        "seen_local": "2025-08-25T12:30:00.000000",
    }
    assert set(rows[-1].values()) == {"z", None}
    assert "formula_guard" not in json.loads((tmp_path / "out" / "export.json").read_text(encoding="utf-8"))


def test_a_number_that_is_none_is_null_in_json(tmp_path: Path) -> None:
    tables = {"things": Table({"n": "BIGINT", "x": "DOUBLE"}, "VALUES (1, 'nan'), (2, 'inf'), (3, 1e300)")}
    make_release(tmp_path, 1, tables)
    export(settings_for(tmp_path, things=["n"]), tmp_path / "out", format="jsonl")
    lines = (tmp_path / "out" / "things.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    assert [row["x"] for row in rows] == [None, None, 1e300]


@pytest.mark.parametrize("kind", one_fast(["jsonl", "csv"]))
def test_many_wide_rows_come_whole_and_in_order(tmp_path: Path, kind: str) -> None:
    rows = (
        "SELECT lpad(i::VARCHAR, 6, '0'), repeat(md5(i::VARCHAR), 30) FROM range(40_000) AS r(i) "
        "ORDER BY hash(i)"
    )
    make_release(tmp_path, 1, {"things": Table({"id": "VARCHAR", "text": "VARCHAR"}, rows)})
    tight = settings_for(tmp_path, things=["id"]).model_copy(update={"duckdb_memory_limit": "50MB"})
    export(tight, tmp_path / "out", format=kind)  # type: ignore[arg-type]
    with (tmp_path / "out" / f"things.{kind}").open(encoding="utf-8", newline="") as file:
        if kind == "csv":
            found = [(row["id"], row["text"]) for row in csv.DictReader(file, strict=True)]
        else:
            found = [(row["id"], row["text"]) for row in map(json.loads, file)]
    assert [name for name, _ in found] == [f"{number:06d}" for number in range(40_000)]
    assert len({text for _, text in found}) == 40_000
    assert {len(text) for _, text in found} == {960}
    assert {entry.name for entry in (tmp_path / "out").iterdir()} == {f"things.{kind}", "export.json"}
