"""Readers: a locked-down connection, and publishing that never disturbs a reader."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from newsmarts.core.errors import DamagedRelease, MissingPartition
from newsmarts.core.partitions import current_release_path, published_path
from newsmarts.core.settings import PROJECT_ROOT, Settings
from newsmarts.release.reader import connect
from tests.release.first_releases import publish_headline

pytestmark = pytest.mark.usefixtures("quick_audit")


def release(settings: Settings, headline: str) -> None:
    assert publish_headline(settings, headline).published


# Holds the first release open; for each line on standard input says what it sees, and what a new
# connection by path and a new one by connect() see.
READER = """
import sys
from pathlib import Path
import duckdb
from newsmarts.release.reader import connect

QUERY = "SELECT headline, body_text FROM marts.articles JOIN marts.article_texts USING (article_id)"
path = str(Path(sys.argv[1], "marts", "current", "news.duckdb"))
held = duckdb.connect(path, read_only=True)
first = held.execute(QUERY).fetchall()
print(first[0][0], flush=True)
for _ in sys.stdin:
    still = held.execute(QUERY).fetchall()
    assert still == first, still
    with duckdb.connect(path, read_only=True) as new:
        by_path = new.execute(QUERY).fetchall()[0][0]
    with connect(sys.argv[1]) as new:
        by_connect = new.execute(QUERY).fetchall()[0][0]
    print(still[0][0], by_path, by_connect, flush=True)
"""


@pytest.mark.slow
def test_a_held_reader_sees_no_error_through_publishes(settings: Settings) -> None:
    settings = settings.model_copy(update={"releases_kept": 1})
    release(settings, "R0")
    held = current_release_path(settings.home).resolve()
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(settings.home)],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdin is not None
    assert reader.stdout is not None
    with reader:
        assert reader.stdout.readline().split() == ["R0"]
        for number in (1, 2):
            release(settings, f"R{number}")
            reader.stdin.write("look\n")
            reader.stdin.flush()
            assert reader.stdout.readline().split() == ["R0", f"R{number}", f"R{number}"]
        assert not held.exists()
        reader.stdin.close()
        assert reader.wait(timeout=60) == 0


def test_readers_of_one_process_each_keep_their_release(settings: Settings) -> None:
    release(settings, "One")
    old = connect(settings.home)
    release(settings, "Two")
    new = connect(settings.home)
    same = connect(settings.home)
    try:
        seen = [each.execute("SELECT headline FROM marts.articles").fetchone() for each in (old, new, same)]
        assert seen == [("One",), ("Two",), ("Two",)]
    finally:
        for each in (old, new, same):
            each.close()


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO marts.articles (article_id) VALUES ('x')",
        "CREATE TABLE marts.mine (a INTEGER)",
        "DROP TABLE marts.articles",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('/etc/hosts')",
        "SELECT * FROM glob('/*')",
        "COPY marts.articles TO '/tmp/out-of-the-marts.csv'",
        "ATTACH '/tmp/out-of-the-marts.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '64GB'",
        "SET lock_configuration = false",
    ],
)
def test_a_connection_only_reads(settings: Settings, sql: str) -> None:
    release(settings, "One")
    with connect(settings.home) as connection, pytest.raises(duckdb.Error):
        connection.execute(sql)
    assert not Path("/tmp/out-of-the-marts.csv").exists()


IN_TEHRAN = """
import sys
from newsmarts.release.reader import connect

first, second = connect(sys.argv[1]), connect(sys.argv[1])
for reader in (first, second, first.cursor()):
    print(reader.execute("SELECT published_at::VARCHAR FROM marts.articles").fetchone()[0])
"""


def test_times_are_in_utc_for_every_reader(settings: Settings) -> None:
    release(settings, "One")
    environment = {**os.environ, "TZ": "Asia/Tehran", "PYTHONPATH": str(PROJECT_ROOT)}
    output = subprocess.check_output(
        [sys.executable, "-c", IN_TEHRAN, str(settings.home)], env=environment, text=True, cwd=PROJECT_ROOT
    )
    assert output.splitlines() == ["2025-08-20 09:30:00+00"] * 3


def test_the_home_of_the_settings_is_the_default(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    release(settings, "One")
    monkeypatch.setattr("newsmarts.release.home.settings", lambda: settings)
    with connect() as connection:
        assert connection.execute("SELECT headline FROM marts.articles").fetchone() == ("One",)


def test_before_the_first_release_there_is_an_error(settings: Settings) -> None:
    with pytest.raises(MissingPartition, match="Nothing is published at"):
        connect(settings.home)


def test_a_release_that_is_no_database_is_an_error(settings: Settings) -> None:
    release(settings, "One")
    path = published_path(settings.home)
    path.chmod(0o644)
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(DamagedRelease, match=str(path.resolve())):
        connect(settings.home)


def test_threads_may_open_the_release_at_once(settings: Settings) -> None:
    """The API server answers many people; the first of them locks the settings for all."""
    release(settings, "R0")

    def headline(_: int) -> str:
        with connect(settings.home) as marts:
            return str(marts.execute("SELECT headline FROM marts.articles").fetchall()[0][0])

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(headline, range(80))) == {"R0"}
