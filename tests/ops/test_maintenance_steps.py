"""Steps of maintenance: what each finds, what it removes, and what it must leave alone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from newsmarts.cli.main import main
from newsmarts.core import schemas
from newsmarts.core.db import attach, writer
from newsmarts.core.errors import DamagedPartition, LockTimeout, NewsError, UsageError
from newsmarts.core.locks import writer_lock
from newsmarts.core.partitions import candidate_path, partition_path, raw_object_path, warehouse_path
from newsmarts.core.settings import Settings, load_settings
from newsmarts.land.store import ObjectWriter
from newsmarts.ops.maintenance import compaction
from newsmarts.ops.maintenance.compaction import compact
from newsmarts.ops.maintenance.orphans import orphaned_raw
from newsmarts.ops.maintenance.run import STEPS, maintain
from newsmarts.ops.maintenance.steps import leftovers, old_logs, old_releases
from newsmarts.release.releases import all_releases
from tests.release_files import Table, make_release

NOW = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path, lock_timeout_seconds=0.1)


def aged(path: Path, days: float) -> Path:
    """Let a path look as if it was last touched so many days ago."""
    moment = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (moment, moment), follow_symlinks=False)
    return path


def written(path: Path, days: float, text: str = "some text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return aged(path, days)


# Releases


def test_releases_beyond_those_kept_go_and_the_current_one_never(settings: Settings) -> None:
    assert old_releases(settings).summary == "Nothing was published yet."
    ids = [
        make_release(settings.home, n, {"a": Table.of({"n": "BIGINT"}, (n,))}, current=n == 1).release_id
        for n in range(1, 6)
    ]
    found = old_releases(settings, dry_run=True)
    assert (found.found, found.removed, len(all_releases(settings.home))) == (1, 0, 5)
    assert found.found_bytes > 0
    assert old_releases(settings).removed == 1
    # the second is older than the last three; the first is current
    assert [each.release_id for each in all_releases(settings.home)] == [ids[0], *ids[2:]]


def test_a_publish_at_work_is_waited_for(settings: Settings) -> None:
    make_release(settings.home, 1, {"a": Table.of({"n": "BIGINT"})})
    with writer_lock(settings), pytest.raises(LockTimeout):
        old_releases(settings)


# Logs


def test_old_logs_go_only_with_the_setting(settings: Settings, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    old = written(logs / "dag_id=news_pages" / "run_id=a" / "task_id=land" / "attempt=1.log", 31)
    young = written(logs / "dag_id=news_pages" / "run_id=b" / "attempt=1.log", 29)
    processor = written(logs / "dag_processor" / "2025-12-01" / "news_pages.py.log", 60)
    others = [written(logs / "components" / "scheduler.log", 90), written(logs / "notes.txt", 90)]
    outside = written(tmp_path / "elsewhere" / "mine.log", 90)
    (logs / "dag_id=news_pages" / "link").symlink_to(outside.parent)

    summary = old_logs(settings, logs, now=NOW).summary
    assert "3 logs" in summary  # the link isn't followed
    assert "NEWS_LOGS_KEPT_DAYS" in summary
    limited = settings.model_copy(update={"logs_kept_days": 30})
    assert old_logs(limited, logs, now=NOW, dry_run=True).found == 2
    assert old.exists()
    found = old_logs(limited, logs, now=NOW)
    assert (found.found, found.removed, found.found_bytes) == (2, 2, 18)
    assert not old.parent.parent.exists()  # its run's folders hold nothing
    assert not processor.exists()
    assert all(path.exists() for path in (young, *others, outside))
    assert old_logs(limited, tmp_path / "nothing", now=NOW).found == 0


# Raw objects


@pytest.fixture
def stored(settings: Settings) -> dict[str, Path]:
    """Three objects: named by a manifest, by none for long, and by none since yesterday."""
    found = {}
    with ObjectWriter(settings.home) as store:
        for name in ("named", "orphan", "fresh"):
            found[name] = raw_object_path(settings.home, store.put(name.encode()))
        store.commit()
    aged(found["named"], 30)
    aged(found["orphan"], 30)
    aged(found["fresh"], 1)
    row = dict.fromkeys(schemas.CAPTURES.names) | {
        "capture_id": "c",
        "sha256": found["named"].name,
        "feed": "inbox",
        "source_path": "a.txt",
        "captured_at": NOW,
        "capture_day": NOW.date(),
        "media_type": "text/plain",
        "size_bytes": 5,
        "landed_at": NOW,
    }
    folder = partition_path(settings.home, "manifest", NOW.date())
    folder.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist([row], schema=schemas.CAPTURES), folder / "captures.parquet")
    return found


def test_orphaned_objects_are_reported_and_kept_without_the_setting(
    settings: Settings, stored: dict[str, Path], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        found = orphaned_raw(settings, now=NOW)
    assert (found.found, found.found_bytes, found.removed) == (1, 6, 0)
    assert "NEWS_DELETE_ORPHANED_RAW" in found.summary
    assert stored["orphan"].name in caplog.text
    assert all(path.exists() for path in stored.values())


def test_orphaned_objects_go_with_it(settings: Settings, stored: dict[str, Path]) -> None:
    limited = settings.model_copy(update={"delete_orphaned_raw": True})
    assert orphaned_raw(limited, now=NOW, dry_run=True).removed == 0
    assert orphaned_raw(limited, now=NOW).removed == 1
    assert {name for name, path in stored.items() if path.exists()} == {"named", "fresh"}


def test_an_object_that_a_landing_relies_on_is_none(settings: Settings, stored: dict[str, Path]) -> None:
    with ObjectWriter(settings.home) as store:
        store.put(b"orphan")  # it is there, so it isn't written
        store.commit()
    limited = settings.model_copy(update={"delete_orphaned_raw": True})
    assert orphaned_raw(limited, now=NOW).found == 0


def test_a_landing_at_the_last_moment_keeps_its_object(
    settings: Settings, stored: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = os.rename

    def landed_just_before(source: Path, target: Path) -> None:
        os.utime(source)
        rename(source, target)

    monkeypatch.setattr("os.rename", landed_just_before)
    limited = settings.model_copy(update={"delete_orphaned_raw": True})
    found = orphaned_raw(limited, now=NOW)
    assert (found.found, found.removed) == (1, 0)
    assert stored["orphan"].read_bytes() == b"orphan"
    assert [path.name for path in stored["orphan"].parent.iterdir()] == [stored["orphan"].name]


def test_with_a_manifest_that_can_not_be_read_nothing_is_removed(
    settings: Settings, stored: dict[str, Path]
) -> None:
    manifest = partition_path(settings.home, "manifest", NOW.date()) / "captures.parquet"
    manifest.write_bytes(manifest.read_bytes()[:-9])
    with pytest.raises(DamagedPartition, match="nothing is removed"):
        orphaned_raw(settings.model_copy(update={"delete_orphaned_raw": True}), now=NOW)
    assert stored["orphan"].exists()


def test_objects_of_a_store_are_only_reported(settings: Settings, stored: dict[str, Path]) -> None:
    from newsmarts.core.object_store import open_store

    url = "memory://maintenance-tests"
    for path in (settings.home / "raw").rglob("*"):
        if path.is_file():
            target = open_store(url) / path.relative_to(settings.home).as_posix()
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    remote = load_settings(home=url, work=settings.home, delete_orphaned_raw=True)
    later = datetime.now(UTC) + timedelta(days=30)
    found = orphaned_raw(remote, now=later)
    assert (found.found, found.removed) == (2, 0)
    assert "its own tools" in found.summary


# Leftovers


def test_leftovers_older_than_a_day_go(settings: Settings) -> None:
    home = settings.home
    old = [
        written(home / "raw" / "manifest" / "capture_day=2025-09-01" / ".tmp-a1", 3),
        written(home / "warehouse" / ".tmp-news.duckdb", 3),
        written(home / "notifications" / ".tmp-sent", 3),
        written(home / "raw" / "objects" / "ab" / ".tmp-b2", 3),
        aged(written(home / "lake" / ".tmp-batch-f6" / "columns.parquet", 3).parent, 3),
        aged(written(home / "staged" / "parsed" / ".tmp-c3" / "articles.parquet", 3).parent, 3),
        aged(written(home / "staged" / "validated" / ".tmp-d4-old" / "articles.parquet", 3).parent, 3),
    ]
    (home / "marts").mkdir()
    link = home / "marts" / ".tmp-current"
    link.symlink_to("releases/none")
    old.append(aged(link, 3))
    kept = [
        written(home / "warehouse" / ".tmp-young", 0.5),
        written(home / "inbox" / ".tmp-theirs.txt", 3),
        written(home / "raw" / "manifest" / "capture_day=2025-09-01" / "captures.parquet", 3),
    ]
    # a folder whose files are being written still
    busy = written(home / "staged" / "parsed" / ".tmp-e5" / "articles.parquet", 0.1)
    aged(busy.parent, 3)

    assert leftovers(settings, now=NOW, dry_run=True).removed == 0
    assert all(path.is_symlink() or path.exists() for path in old)
    found = leftovers(settings, now=NOW)
    assert (found.found, found.removed) == (len(old), len(old))
    assert not [path for path in old if path.is_symlink() or path.exists()]
    assert all(path.exists() for path in (*kept, busy))


def test_both_halves_of_a_swap_that_was_killed_are_kept(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    folder = settings.home / "staged" / "validated"
    halves = [
        aged(written(folder / name / "articles.parquet", 3).parent, 3) for name in (".tmp-a", ".tmp-a-old")
    ]
    found = leftovers(settings, now=NOW)
    assert (found.found, found.removed) == (2, 0)
    assert all(path.exists() for path in halves)
    assert "The next run of its day puts that right" in caplog.text


# Compaction


def rows_of(path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{path}' AS news (READ_ONLY)")
        comments = connection.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE database_name = 'news'"
        ).fetchall()
        return [*connection.execute("FROM news.kept.things").fetchall(), *comments]


@pytest.fixture
def database(settings: Settings) -> Path:
    """A warehouse out of which most was deleted."""
    path = warehouse_path(settings.home)
    with writer(settings) as connection:
        attach(connection, path, "news")
        connection.execute("CREATE SCHEMA news.kept")
        connection.execute('CREATE TABLE news.kept.things (n BIGINT NOT NULL, "odd name" VARCHAR)')
        connection.execute("COMMENT ON COLUMN news.kept.things.n IS 'A number; it''s kept.'")
        for start in range(0, 100_000, 20_000):
            connection.execute(
                f"INSERT INTO news.kept.things SELECT n, repeat(md5(n::VARCHAR), 4) "
                f"FROM range({start}, {start + 20_000}) AS r(n)"
            )
            connection.execute("CHECKPOINT news")
        connection.execute("DELETE FROM news.kept.things WHERE n % 10 > 0")
        connection.execute("CHECKPOINT news")
    shutil.copyfile(path, _made(candidate_path(settings.home)))
    return path


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_compaction_keeps_every_row_and_frees_room(settings: Settings, database: Path) -> None:
    before = rows_of(database)
    assert len(before) == 10_000 + 2
    size = database.stat().st_size
    assert compact(settings, now=NOW, dry_run=True).removed == 0
    assert database.stat().st_size == size
    found = compact(settings, now=NOW)
    assert (found.found, found.removed) == (2, 2)
    assert database.stat().st_size < size / 2
    assert rows_of(database) == rows_of(candidate_path(settings.home)) == before
    assert [path.name for path in database.parent.iterdir() if path.name.startswith(".tmp-")] == []
    # monthly
    assert compact(settings, now=NOW + timedelta(days=20)).removed == 0
    assert compact(settings, now=NOW + timedelta(days=20), at_once=True).removed == 2
    assert compact(settings, now=NOW + timedelta(days=50)).removed == 2


def test_a_copy_that_differs_never_takes_its_place(
    settings: Settings, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(database.read_bytes()).hexdigest()
    real = compaction._check_same

    def lose_a_row(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        connection.execute("UPDATE fresh.kept.things SET n = 11 WHERE n = 10")
        real(connection, path)

    monkeypatch.setattr(compaction, "_check_same", lose_a_row)
    with pytest.raises(NewsError, match=r"other rows in kept\.things"):
        compact(settings, now=NOW)
    assert hashlib.sha256(database.read_bytes()).hexdigest() == digest
    assert [path.name for path in database.parent.iterdir() if path.name.startswith(".tmp-")] == []


def test_compaction_waits_for_writers_and_wants_room(
    settings: Settings, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writer_lock(settings), pytest.raises(LockTimeout):
        compact(settings, now=NOW)
    full = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("shutil.disk_usage", lambda path: full)
    with pytest.raises(NewsError, match="the copy needs"):
        compact(settings, now=NOW)


def test_a_damaged_warehouse_stays_as_it_is(settings: Settings, database: Path) -> None:
    database.write_bytes(b"no database" * 1000)
    with pytest.raises(NewsError, match="It stays as it was"):
        compact(settings, now=NOW)
    assert database.read_bytes() == b"no database" * 1000


# All of them


def test_all_steps_over_an_empty_home(settings: Settings, tmp_path: Path) -> None:
    found = maintain(settings, now=NOW)
    assert tuple(each.step for each in found) == STEPS
    assert {each.removed for each in found} == {0}
    with pytest.raises(UsageError, match="no step 'lunch'"):
        maintain(settings, now=NOW, steps=["lunch"])


def test_the_command(settings: Settings, stored: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["maintain", "orphaned_raw", "leftovers", "--dry-run", "--home", str(settings.home)]
    assert main(argv) == 0
    assert "2 raw objects (11 bytes) older than a week that no manifest names" in capsys.readouterr().out
    assert main([*argv, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [(each["step"], each["found"]) for each in answer] == [("orphaned_raw", 2), ("leftovers", 0)]
    assert main(["maintain", "lunch"]) == 2
