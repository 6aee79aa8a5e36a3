"""Releases by name: which one a person means, and opening it as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from newsmarts.core.db import reading
from newsmarts.core.errors import MissingPartition, UsageError
from newsmarts.core.settings import PROJECT_ROOT, Settings
from newsmarts.marts.run import audit, build, publish
from newsmarts.release.contents import read_marts
from newsmarts.release.reader import connect
from newsmarts.release.releases import Release, find_release
from newsmarts.release.summary import read_summary
from tests.marts.factory import DAY, Page, load_days
from tests.release_files import Table, make_release

NUMBERS = {"n": "BIGINT"}


@pytest.fixture
def kept(tmp_path: Path) -> dict[int, Release]:
    """Releases 9, 10 and 11; the last is current."""
    return {
        number: make_release(tmp_path, number, {"articles": Table.of(NUMBERS, (number,))})
        for number in (9, 10, 11)
    }


def test_a_release_is_found_by_id_number_and_beginning(tmp_path: Path, kept: dict[int, Release]) -> None:
    for name, number in {
        kept[9].release_id: 9,
        "9": 9,
        "000010": 10,
        "10": 10,
        "00001": None,
        "000011-": 11,
        "000011-00000": 11,
        "current": 11,
        None: 11,
    }.items():
        if number is None:
            with pytest.raises(UsageError, match="2 releases begin with '00001'"):
                find_release(tmp_path, name)
        else:
            assert find_release(tmp_path, name) == kept[number], name


@pytest.mark.parametrize("name", ["", "8", "x", "-1", "1٠", "../releases", "000009-000000000009x"])
def test_an_unknown_release_is_reported_with_those_that_are_kept(
    tmp_path: Path, kept: dict[int, Release], name: str
) -> None:
    with pytest.raises(UsageError) as raised:
        find_release(tmp_path, name)
    assert repr(name) in str(raised.value)
    assert all(release.release_id in str(raised.value) for release in kept.values())


def test_without_releases_nothing_has_a_name(tmp_path: Path) -> None:
    for name in (None, "1", "current"):
        with pytest.raises(MissingPartition, match="Nothing is published"):
            find_release(tmp_path, name)


def test_a_kept_release_opens_as_it_was(tmp_path: Path, kept: dict[int, Release]) -> None:
    query = "SELECT n FROM marts.articles"
    with connect(tmp_path, as_of="9") as old, connect(tmp_path) as new:
        assert (old.execute(query).fetchall(), new.execute(query).fetchall()) == ([(9,)], [(11,)])
        # pruned while open
        shutil.rmtree(kept[9].folder)
        assert old.execute(query).fetchall() == [(9,)]
    with pytest.raises(UsageError, match="There is no release '9'"):
        connect(tmp_path, as_of="9")


def test_contents_are_those_of_the_file(tmp_path: Path) -> None:
    tables = {
        "zebras": Table.of({"stripes": "BIGINT", "seen_at": "TIMESTAMPTZ"}, (3, "2025-08-25 00:00:00+00")),
        "articles": Table.of(NUMBERS, (1,), (2,)),
    }
    release = make_release(tmp_path, 1, tables)
    with reading(release.path) as connection:
        articles, zebras = read_marts(connection)
    assert (articles.name, articles.rows, articles.column_names) == ("articles", 2, ("n",))
    assert (zebras.name, zebras.rows, zebras.comment) == ("zebras", 1, "Rows of a test.")
    assert [column.type for column in zebras.columns] == ["BIGINT", "TIMESTAMP WITH TIME ZONE"]
    assert zebras.columns[0].comment == "What stripes means; it's {ever} so <plain>."


@pytest.mark.slow
def test_a_summary_of_an_older_release(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsmarts.marts.audit.run_contracts", lambda _settings, **_: [])
    ids = []
    for pages in ([Page("a")], [Page("a"), Page("b", headline="Another")]):
        load_days(settings, {DAY: pages})
        build(settings)
        audit(settings)
        ids.append(publish(settings).release_id)
    old, new = read_summary(settings.home, as_of="1"), read_summary(settings.home)
    assert [old.release_id, new.release_id] == ids
    assert (old.rows["articles"], new.rows["articles"]) == (1, 2)
    assert (old.captures.captures, new.captures.captures) == (1, 2)
    assert old.path == settings.home / "marts" / "releases" / ids[0] / "news.duckdb"
    assert new.path == settings.home / "marts" / "current" / "news.duckdb"
    assert read_summary(settings.home, as_of=ids[1]).path == new.path


# Sorts more than its memory limit, twice at once in this process: on the current release and on another.
SPILLING = """
import sys
from concurrent.futures import ThreadPoolExecutor
from newsmarts.release.reader import connect

QUERY = "SELECT sum(hash(text) % 1000)::BIGINT FROM (SELECT text FROM marts.articles ORDER BY text)"
readers = [connect(sys.argv[1], memory_limit="100MB"), connect(sys.argv[1], as_of="1", memory_limit="100MB")]
with ThreadPoolExecutor(2) as pool:
    sums = list(pool.map(lambda reader: reader.execute(QUERY).fetchone()[0], readers))
print(*sums, file=sys.stderr)  # DuckDB shows its progress on the other stream
"""


@pytest.mark.slow
def test_readers_that_run_out_of_memory_do_not_meet_in_their_temporary_files(tmp_path: Path) -> None:
    rows = "SELECT repeat(md5(i::VARCHAR), 4) FROM range(1_000_000) AS r(i) WHERE i % 2 < {}"
    for number in (1, 2):
        tables = {"articles": Table({"text": "VARCHAR"}, rows.format(number))}
        make_release(tmp_path / "home", number, tables)
    spills = tmp_path / "tmp"
    spills.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT), "TMPDIR": str(spills)}
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", SPILLING, str(tmp_path / "home")],
            stdout=subprocess.DEVNULL,
            cwd=PROJECT_ROOT,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [reader.communicate()[1].split() for reader in readers]
    assert [reader.returncode for reader in readers] == [0, 0]
    assert answers[0] == answers[1]
    assert len(set(answers[0])) == 2
    assert list(spills.iterdir()) == []  # removed with the processes
