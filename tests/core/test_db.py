"""DuckDB as the writing stages use it: limits, transactions, and files that a reader can't change."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from newsmarts.core.db import attach, reading, transaction, writer
from newsmarts.core.errors import DiskFull, NewsError, SettingsError, UsageError
from newsmarts.core.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path, duckdb_memory_limit="200MB", duckdb_threads=2)


@pytest.fixture
def path(settings: Settings) -> Path:
    """A database with one row."""
    path = settings.home / "it's here" / "news.duckdb"
    with writer(settings) as connection:
        attach(connection, path, "news")
        connection.execute("CREATE TABLE news.t AS SELECT 1 AS a")
    return path


def test_limits_are_set(settings: Settings) -> None:
    with writer(settings) as connection:
        row = connection.execute(
            "SELECT current_setting('memory_limit'), current_setting('threads'), "
            "current_setting('TimeZone'), current_setting('max_temp_directory_size'), "
            "current_setting('temp_directory')"
        ).fetchone()
    assert row == ("190.7 MiB", 2, "UTC", "18.6 GiB", str(settings.home / "warehouse" / ".duckdb_tmp"))


@pytest.mark.parametrize("name", ["duckdb_memory_limit", "duckdb_max_temp_size"])
def test_a_limit_that_is_none_is_named(settings: Settings, name: str) -> None:
    wrong = settings.model_copy(update={name: "plenty"})
    with pytest.raises(SettingsError, match=f"NEWS_{name.upper()}='plenty'"), writer(wrong):
        pass


@pytest.mark.slow
def test_too_little_memory_is_reported_with_its_setting(settings: Settings) -> None:
    tight = settings.model_copy(update={"duckdb_memory_limit": "20MB", "duckdb_max_temp_size": "1MB"})
    with pytest.raises(NewsError, match=r"NEWS_DUCKDB_MEMORY_LIMIT \(20MB\)"), writer(tight) as connection:
        connection.execute(
            "SELECT count(*) FROM (SELECT DISTINCT hash(range)::VARCHAR FROM range(5_000_000))"
        )


def test_what_a_stopped_writer_left_is_removed(settings: Settings) -> None:
    left = settings.home / "warehouse" / ".duckdb_tmp" / "duckdb_temp_storage-0.tmp"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"left behind")
    with writer(settings):
        assert not left.exists()


def test_an_error_takes_a_transaction_back(settings: Settings, path: Path) -> None:
    with writer(settings) as connection:
        attach(connection, path, "news")
        with pytest.raises(ZeroDivisionError), transaction(connection):
            connection.execute("INSERT INTO news.t VALUES (2)")
            raise ZeroDivisionError
        assert connection.execute("FROM news.t").fetchall() == [(1,)]
        with transaction(connection):
            connection.execute("INSERT INTO news.t VALUES (3)")
    with reading(path) as connection:
        assert connection.execute("FROM t").fetchall() == [(1,), (3,)]


def test_reading_does_not_write_and_stays_in_its_file(path: Path) -> None:
    with reading(path) as connection:
        for sql in ("INSERT INTO t VALUES (2)", "DROP TABLE t", "SELECT * FROM read_text('/etc/hostname')"):
            with pytest.raises(duckdb.Error):
                connection.execute(sql)


def test_reading_goes_beside_any_other_reader_of_the_process(path: Path) -> None:
    with (
        duckdb.connect(str(path), read_only=True, config={"memory_limit": "100MB"}),
        reading(path) as connection,
    ):
        assert connection.execute("FROM t").fetchall() == [(1,)]


def test_a_path_that_duckdb_misreads_is_refused(settings: Settings, tmp_path: Path) -> None:
    with writer(settings) as connection, pytest.raises(UsageError, match="question mark"):
        attach(connection, tmp_path / "which?" / "news.duckdb", "news")


def test_a_full_disk_names_the_file(settings: Settings) -> None:
    """DuckDB raises an IOException for one, or as a commit that failed; it may be gone in a minute."""
    text = 'Failed to commit: Could not write file "news.duckdb.wal": No space left on device'
    with pytest.raises(DiskFull, match=r"duckdb\.wal can.t be written: its disk"), writer(settings):
        raise duckdb.TransactionException(text)
