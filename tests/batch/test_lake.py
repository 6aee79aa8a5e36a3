"""Days staged by the batch functions: the same release as one machine's, and no day in halves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from newsmarts import pipeline
from newsmarts.batch.run import run
from newsmarts.core import lake, schemas
from newsmarts.core.acknowledgements import QuarantineKey, record_decision
from newsmarts.core.errors import ConservationError, MissingPartition, UsageError
from newsmarts.core.object_store import open_store
from newsmarts.core.partitions import partition_days, partition_path
from newsmarts.core.settings import Settings
from newsmarts.load.run import rebuild
from newsmarts.load.run import run as load
from newsmarts.marts.run import audit, build, publish
from tests.batch.pages_in_archives import record, settings_of, without, write_archives
from tests.missing import skip_or_fail
from tests.postgres_server import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
DAY = date(2025, 9, 1)


@pytest.fixture(autouse=True, scope="module")
def _needs_pyiceberg() -> None:
    try:
        import pyiceberg  # noqa: F401
    except ImportError:
        skip_or_fail("NEWS_REQUIRE_SPARK", "pyiceberg is missing: it is in the extra spark.")


@pytest.fixture(autouse=True)
def _closed_catalogs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    opened = []

    @cache
    def noted(*arguments: Any) -> Any:
        opened.append(open_catalog(*arguments))
        return opened[-1]

    open_catalog = lake._opened
    monkeypatch.setattr(lake, "_opened", noted)
    yield
    open_catalog.cache_clear()
    for catalog in opened:
        catalog.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a lake, and archives of one day."""
    write_archives(tmp_path / "crawl", 12, days=1, archives=2)
    return lake_settings(tmp_path, tmp_path / "crawl")


def lake_settings(folder: Path, crawl: Path, catalog: str | None = None) -> Settings:
    url = catalog or f"sqlite:///{folder / 'catalog.db'}"
    return settings_of(folder / "batch", crawl, batch=True, lake_catalog=url, lake=folder / "a lake")


def published(settings: Settings) -> str:
    build(settings)
    audit(settings)
    return publish(settings).release_id


def staged_rows(settings: Settings, day: date) -> dict[str, list[dict[str, Any]]]:
    """All staged rows of a day, from the lake or from its folders; without what says when it ran."""
    paths = lake.files_of(settings, day)
    if not paths:
        folder = partition_path(settings.home, "validated", day)
        paths = {name: folder / f"{name}.parquet" for name in schemas.VALIDATED}
        paths["captures"] = partition_path(settings.home, "manifest", day) / "captures.parquet"
    left_out = ("landed_at", "run_id", "warnings")
    return {
        name: [
            without(row, left_out)
            for row in (schemas.read_table(paths[name], schema).to_pylist() if name in paths else [])
        ]
        for name, schema in lake.TABLES.items()
    }


def test_the_release_is_that_of_one_machine(tmp_path: Path, postgres: Server) -> None:
    crawl = tmp_path / "crawl"
    write_archives(crawl, 60, days=3, archives=2)
    one = settings_of(tmp_path / "one", crawl, batch=False)
    expected = pipeline.run(one)
    catalog = postgres.database("lake").replace("postgresql:", "postgresql+psycopg:")
    settings = lake_settings(tmp_path, crawl, catalog)
    staged = run(settings)
    assert [day.day for day in staged] == list(partition_days(one.archive, "validated"))
    for day in staged:
        assert staged_rows(settings, day.day) == staged_rows(one, day.day)
        load(day.day, settings)
    assert published(settings) == expected.release_id
    rebuild(settings)
    assert published(settings) == expected.release_id
    assert not list(settings.lake_dir.glob(".tmp-*"))


def test_a_day_that_was_replaced_half_is_not_loaded(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(settings)
    assert load(DAY, settings).articles
    commit = lake._commit

    def stopped(settings: Settings, name: str, day: date, uri: str | None) -> None:
        if name == "page_links":
            raise KeyboardInterrupt
        commit(settings, name, day, uri)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(lake, "_commit", stopped)
        run(settings)
    with pytest.raises(MissingPartition, match="wasn't replaced to its end"):
        load(DAY, settings)
    run(settings)
    assert not load(DAY, settings).changed


def test_a_day_whose_archive_is_gone_stays_as_it_was(settings: Settings, tmp_path: Path) -> None:
    run(settings)
    before = staged_rows(settings, DAY)
    (tmp_path / "crawl" / "crawl-01.warc.gz").rename(tmp_path / "away")
    with pytest.raises(MissingPartition, match="staged before are in none of the archives now"):
        run(settings)
    assert staged_rows(settings, DAY) == before


def test_a_day_is_either_landed_or_in_the_lake(settings: Settings) -> None:
    run(settings)
    partition_path(settings.home, "validated", DAY).mkdir(parents=True)
    with pytest.raises(ConservationError, match="is both in the lake and in"):
        load(DAY, settings)


def test_files_that_another_program_rewrote_are_not_loaded(settings: Settings) -> None:
    run(settings)
    table = lake._table(settings, "captures")
    path = Path(str(lake.files_of(settings, DAY)["captures"]))
    shutil.copy(path, path.with_name("copy.parquet"))
    table.add_files([f"file://{path.with_name('copy.parquet')}"])
    with pytest.raises(MissingPartition, match="another program rewrote them"):
        load(DAY, settings)


def test_acknowledged_pages_lift_a_refusal_also_in_a_lake_of_an_earlier_version(
    settings: Settings, tmp_path: Path
) -> None:
    bad = record(99, b"Al Mayadeen English\n", "text/plain", datetime(2025, 9, 1, 9, tzinfo=UTC))
    (tmp_path / "crawl" / "bad.warc.gz").write_bytes(bad)
    strict = settings.model_copy(update={"quarantine_fail_share": 0.0, "quarantine_fail_min_pages": 1})
    run(settings)
    with lake._table(settings, "outcome").update_schema(allow_incompatible_changes=True) as change:
        change.delete_column("acknowledged")
    (refused,) = run(strict)
    assert refused.refusal
    rows = staged_rows(strict, DAY)
    keys = [QuarantineKey.of(row) for row in rows["quarantine"] if row["subject"] == "page"]
    record_decision("acknowledged", strict, keys, by="Ana", at=datetime.now(UTC), reason="cut short")
    (accepted,) = run(strict)
    assert accepted.refusal is None
    (outcome,) = staged_rows(strict, DAY)["outcome"]
    assert outcome["acknowledged"]
    assert staged_rows(strict, DAY)["articles"] == rows["articles"]
    assert load(DAY, strict).articles


def test_the_lake_may_be_in_an_object_store(settings: Settings, bucket: str) -> None:
    run(settings)
    here = staged_rows(settings, DAY)
    settings = settings.model_copy(
        update={"lake": bucket, "lake_catalog": SecretStr(f"{_url(settings)}.other")}
    )
    for _ in range(2):  # the second time it replaces the first one's files
        run(settings)
        assert staged_rows(settings, DAY) == here
    assert load(DAY, settings).articles
    assert lake.days(settings) == [DAY]
    assert not [path for path in open_store(bucket).fs.find("news") if ".tmp-" in path]


def test_days_are_replaced_by_eight_workers_at_one_time(settings: Settings, postgres: Server) -> None:
    catalog = postgres.database("workers").replace("postgresql:", "postgresql+psycopg:")
    shared = lake_settings(settings.home.parent, settings.home.parent / "crawl", catalog)
    empty = {name: schema.empty_table() for name, schema in lake.TABLES.items()}
    days = [date(2025, 9, day) for day in range(1, 9)]

    def replace(day: date) -> None:
        row = {field.name: _value(field.type) for field in schemas.OUTCOMES} | {"capture_day": day}
        outcome = schemas.OUTCOMES.empty_table().from_pylist([row], schema=schemas.OUTCOMES)
        lake.replace_day(shared, day, {**empty, "outcome": outcome})

    lake.prepare(shared)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(replace, days))
    assert lake.days(shared) == days


def _url(settings: Settings) -> str:
    return settings.lake_catalog.get_secret_value() if settings.lake_catalog else ""


def _value(kind: Any) -> Any:
    return {"int64": 0, "bool": True, "string": ""}.get(str(kind))


def test_without_a_catalog_or_a_batch_feed_there_is_nothing_to_stage(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home", tmp_path, batch=True)
    with pytest.raises(UsageError, match="NEWS_LAKE_CATALOG"):
        run(settings)
    assert (lake.days(settings), lake.files_of(settings, DAY)) == ([], {})
    with pytest.raises(UsageError, match="batch = true"):
        run(settings_of(tmp_path / "home", tmp_path, batch=False, lake_catalog="sqlite://"))
