"""An archive's rows by the batch functions: those that the stages give, and each record accounted for."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from gzip import compress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from newsmarts.batch import archives
from newsmarts.batch.archives import TABLES, items_of, parse_archive, rows_of_items, tables_of
from newsmarts.batch.days import COLUMNS, DayParts, columns_of, in_order, ticker_lines
from newsmarts.batch.job import Job, versions_here
from newsmarts.batch.run import archives_of
from newsmarts.core import schemas
from newsmarts.core.bylines import load_houses
from newsmarts.core.errors import FeedUnavailable, SettingsError
from newsmarts.core.partitions import partition_days, partition_path
from newsmarts.core.settings import Settings
from newsmarts.land.config import batch_feeds, chosen_feeds
from newsmarts.land.run import run as land
from newsmarts.parse.run import run as parse
from newsmarts.validate.articles import Articles
from newsmarts.validate.decision import article_columns
from tests.batch.pages_in_archives import FEED, record, settings_of, without, write_archives
from tests.land.warc_files import response, revisit

DAYS = [date(2025, 9, 1), date(2025, 9, 2)]
LANDED = ("captures", "rejected")
AT = datetime(2025, 9, 1, 12, tzinfo=UTC)
HTTP_AT = "2025-09-01T10:00:00Z"
HOSTILE = ["../../etc/passwd\n", '"><script>alert(1)</script>', "'; DROP TABLE captures; --", "\x1b[2J"]


def damaged_archives(folder: Path) -> None:
    """Archives with everything that may be wrong with one, beside the pages that are right."""
    write_archives(folder, 12, days=2, archives=2)
    pages = [record(number, b"<html><p>A page.</p></html>", "text/html", AT) for number in range(90, 95)]
    damaged = bytearray(pages[1])
    damaged[len(damaged) // 2] ^= 0xFF
    (folder / "damaged.warc.gz").write_bytes(pages[0] + bytes(damaged) + pages[2])
    (folder / "cut.warc.gz").write_bytes(pages[3] + pages[4][:-20])
    (folder / "no-archive.warc.gz").write_bytes(b"these bytes are no archive")
    (folder / "empty.warc.gz").write_bytes(b"")
    nested = folder / "a folder\n<b>"
    nested.mkdir()
    hostile = [record(96 + at, b"<html>x", "text/html", AT, url=url) for at, url in enumerate(HOSTILE)]
    (nested / "'; DROP TABLE x; --.warc.gz").write_bytes(b"".join(hostile))
    Path(os.fsdecode(os.fsencode(nested) + b"/not-utf8-\xff.warc.gz")).write_bytes(pages[0])
    same = "https://news.example.org/same"
    once = response(b"<html>same", url=same, at=HTTP_AT)
    again = revisit(
        same, at="2025-09-02T10:00:00Z", WARC_Refers_To_Target_URI=same, WARC_Refers_To_Date=HTTP_AT
    )
    (folder / "odd.warc.gz").write_bytes(once + again + compress(b"GET / HTTP/1.1\r\n\r\n"))
    (folder / "out.warc.gz").symlink_to("/etc/hostname")
    (folder / "readme.md").write_text("no archive")
    (folder / "going-on.warc.gz.open").write_bytes(pages[0])


def job_of(settings: Settings, **more: Any) -> Job:
    scratch = settings.home / "scratch"
    scratch.mkdir(exist_ok=True)
    return Job(settings, scratch, AT, versions_here(settings), **more)


def batch_tables(job: Job) -> dict[date, dict[str, list[dict[str, Any]]]]:
    """What the batch functions make of the batch feed: rows by day and table."""
    (feed,) = batch_feeds(job.settings)
    found: dict[date, dict[str, list[dict[str, Any]]]] = {}
    for file in archives_of(feed, job.settings):
        for part in parse_archive((feed, file), job):
            day = found.setdefault(part.day, {name: [] for name in TABLES})
            for name, path in part.files.items():
                day[name] += schemas.read_table(path, TABLES[name]).to_pylist()
    return found


def in_some_order(rows: list[dict[str, Any]], *left_out: str) -> list[str]:
    return sorted(str(without(row, left_out)) for row in rows)


def test_an_archive_gives_the_rows_that_the_stages_give(tmp_path: Path) -> None:
    crawl = tmp_path / "crawl"
    damaged_archives(crawl)
    landing = settings_of(tmp_path / "one", crawl, batch=False)
    found = batch_tables(job_of(settings_of(tmp_path / "two", crawl, batch=True)))
    for day in [*DAYS, *(set(found) - set(DAYS))]:
        land(day, landing)
        parse(day, landing)
    assert set(found) == set(partition_days(landing.archive, "parsed"))
    for day, tables in found.items():
        landed = partition_path(landing.home, "manifest", day)
        parsed = partition_path(landing.home, "parsed", day)
        for name, rows in tables.items():
            folder = landed if name in LANDED else parsed
            expected = schemas.read_table(folder / f"{name}.parquet", TABLES[name]).to_pylist()
            assert in_some_order(rows, "landed_at") == in_some_order(expected, "landed_at"), (day, name)
    first = found[DAYS[0]]
    assert {row["reason_code"] for row in first["rejected"]} >= {"bad_record", "truncated_record"}
    accounted = [row["capture_id"] for name in ("articles", "quarantine") for row in first[name]]
    assert sorted(accounted) == sorted(row["capture_id"] for row in first["captures"])
    named = [row["source_path"] for rows in found.values() for name in LANDED for row in rows[name]]
    assert len([name for name in named if "DROP TABLE" in name]) == len(HOSTILE)
    assert any("odd" in row["source_path"] for row in found[DAYS[1]]["captures"])  # the revisit, resolved


def test_only_wanted_days_are_read(tmp_path: Path) -> None:
    write_archives(tmp_path / "crawl", 8, days=2, archives=1)
    settings = settings_of(tmp_path / "home", tmp_path / "crawl", batch=True)
    assert set(batch_tables(job_of(settings, days=frozenset(DAYS[1:])))) == {DAYS[1]}
    assert chosen_feeds(settings) == []  # a batch feed isn't landed


def test_a_capture_and_its_rows_are_in_one_group(tmp_path: Path) -> None:
    write_archives(tmp_path / "crawl", 7, days=1, archives=1)
    settings = settings_of(tmp_path / "home", tmp_path / "crawl", batch=True)
    (feed,) = batch_feeds(settings)
    (file,) = archives_of(feed, settings)
    houses = load_houses(settings.contracts_dir)
    rows = list(rows_of_items(items_of(file, feed, settings), FEED, AT, houses))
    groups = [tables for _, tables in tables_of(rows, captures_at_once=3)]
    assert [tables["captures"].num_rows for tables in groups] == [3, 3, 1]
    for tables in groups:
        captures = set(tables["captures"]["capture_id"].to_pylist())
        for table in tables.values():
            assert set(table["capture_id"].to_pylist()) <= captures
    assert sum(table.num_rows for tables in groups for table in tables.values()) == len(rows)


def test_contract_columns_of_parts_are_those_of_the_day(tmp_path: Path) -> None:
    write_archives(tmp_path / "crawl", 8, days=1, archives=2)
    settings = settings_of(tmp_path / "home", tmp_path / "crawl", batch=True)
    job = job_of(settings)
    (feed,) = batch_feeds(settings)
    parts = [part for file in archives_of(feed, settings) for part in parse_archive((feed, file), job)]
    whole = DayParts(parts[0].day, tuple(parts))

    def table(name: str) -> pa.Table:
        return pa.concat_tables([schemas.read_table(path, TABLES[name]) for path in whole.files(name)])

    lines = ticker_lines(whole.files("ticker_items"))
    assert lines == tuple(dict.fromkeys(table("ticker_items")["text"].to_pylist()))
    paths = []
    for part in parts:
        columns = columns_of(
            schemas.read_table(part.files["articles"], schemas.ARTICLES),
            lines,
            schemas.read_table(part.files["page_links"], schemas.PAGE_LINKS),
            settings,
        )
        paths.append(archives.write_tables({"columns": columns}, job.scratch)["columns"])
    articles = Articles.of(table("articles"))
    expected = list(article_columns(articles, lines, table("page_links"), settings.contracts_dir))
    order = [columns["row_key"] for _, columns in expected]
    assert list(in_order(paths[::-1], order)) == [
        (publisher, {name: columns[name] for name in COLUMNS.names[1:]}) for publisher, columns in expected
    ]


def test_a_worker_with_other_contracts_gives_no_rows(tmp_path: Path) -> None:
    write_archives(tmp_path / "crawl", 1, days=1, archives=1)
    settings = settings_of(tmp_path / "home", tmp_path / "crawl", batch=True)
    (feed,) = batch_feeds(settings)
    (file,) = archives_of(feed, settings)
    job = Job(settings, tmp_path, AT, ("3", "of-another-folder"))
    with pytest.raises(SettingsError, match="Install the same newsmarts on every worker"):
        parse_archive((feed, file), job)


@pytest.mark.parametrize("change", ["grown", "gone"])
def test_an_archive_that_changed_since_it_was_listed_gives_no_rows(tmp_path: Path, change: str) -> None:
    write_archives(tmp_path / "crawl", 2, days=1, archives=1)
    settings = settings_of(tmp_path / "home", tmp_path / "crawl", batch=True)
    (feed,) = batch_feeds(settings)
    (file,) = archives_of(feed, settings)
    if change == "grown":
        with Path(file.path).open("ab") as handle:
            handle.write(b"more")
    else:
        Path(file.path).unlink()
    with pytest.raises(FeedUnavailable, match=r"crawl-00\.warc\.gz changes while it is read"):
        parse_archive((feed, file), job_of(settings))
