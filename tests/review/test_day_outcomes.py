"""The days' outcomes kept in memory: always what is on the disk, and read again only where it changed."""

from __future__ import annotations

import os
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from upath import UPath

from newsmarts.core.files import replacing_folder
from newsmarts.core.partitions import partition_path
from newsmarts.review import day_outcomes
from newsmarts.review.day_outcomes import DayOutcomes
from newsmarts.review.day_results import Outcome, read_outcome
from newsmarts.validate.staged import manifest_version, read_manifest
from tests.desk.day_files import write_day, write_landed_day

DAY = date(2025, 9, 1)


def captures_of(book: DayOutcomes) -> list[int]:
    return [day.outcome.captures for day in book.days().values() if day.outcome is not None]


def rewrite_day(home: Path, day: date, **outcome: object) -> None:
    """Replace a day as validate does: its folder as a whole."""
    scratch = home / "scratch"
    made = write_day(scratch, day, **outcome)  # type: ignore[arg-type]
    with replacing_folder(partition_path(home, "validated", day)) as folder:
        for file in made.iterdir():
            shutil.copy(file, folder)
    shutil.rmtree(scratch)


def test_an_outcome_is_read_once_and_again_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        rewrite_day(tmp_path, DAY + timedelta(days=number))
    book = DayOutcomes(tmp_path)
    opened: list[date] = []

    def read(archive: Path, day: date) -> Outcome:
        opened.append(day)
        return read_outcome(archive, day)

    monkeypatch.setattr(day_outcomes, "read_outcome", read)
    assert captures_of(book) == [4, 4, 4]
    assert len(opened) == 3
    rewrite_day(tmp_path, DAY, captures=9)
    assert captures_of(book) == [9, 4, 4]
    shutil.rmtree(partition_path(tmp_path, "validated", DAY))
    assert list(book.days()) == [DAY + timedelta(days=1), DAY + timedelta(days=2)]
    assert opened[3:] == [DAY]


def test_days_without_results_tell_what_has_landed(tmp_path: Path) -> None:
    write_landed_day(tmp_path, DAY, captures=3)
    write_landed_day(tmp_path, DAY + timedelta(days=1), captures=0)
    days = DayOutcomes(tmp_path).days()
    assert [(day.landed, day.outcome) for day in days.values()] == [(3, None), (0, None)]


def test_captures_that_landed_after_the_run_are_counted(tmp_path: Path) -> None:
    folder = write_day(tmp_path, DAY)
    write_landed_day(tmp_path, DAY)
    manifest = partition_path(tmp_path, "manifest", DAY)
    version = manifest_version(*read_manifest(tmp_path, DAY))

    def has_landed_since() -> bool:
        return DayOutcomes(tmp_path).days()[DAY].landed_since

    os.utime(folder, (2_000, 2_000))
    for file in manifest.iterdir():
        os.utime(file, (1_000, 1_000))
    assert not has_landed_since()
    os.utime(manifest / "captures.parquet", (3_000, 3_000))
    assert has_landed_since()
    write_day(tmp_path, DAY, manifest_version=version)
    os.utime(folder, (2_000, 2_000))
    assert not has_landed_since()  # written later, and about the same captures


def test_what_an_archive_was_read_for_is_no_capture(tmp_path: Path) -> None:
    folder = write_day(tmp_path, DAY)
    write_landed_day(tmp_path, DAY)
    manifest = partition_path(tmp_path, "manifest", DAY)
    for file in manifest.iterdir():
        os.utime(file, (1_000, 1_000))
    os.utime(folder, (2_000, 2_000))
    (manifest / "sources.json").write_text("{}")
    assert not DayOutcomes(tmp_path).days()[DAY].landed_since


def test_what_cannot_be_read_is_a_damaged_day_and_mends_by_itself(tmp_path: Path) -> None:
    folder = write_day(tmp_path, DAY)
    (folder / "outcome.parquet").write_bytes(b"PAR1 torn PAR1")
    (folder.parent / "capture_day=nonsense").mkdir()
    (folder.parent / ".tmp-x").mkdir()
    book = DayOutcomes(tmp_path)
    assert [(day, entry.is_damaged) for day, entry in book.days().items()] == [(DAY, True)]
    rewrite_day(tmp_path, DAY)
    assert not book.days()[DAY].is_damaged


def test_days_in_an_object_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_outcomes, "_LISTING_SECONDS", -1.0)
    store = UPath("memory://day_outcomes-of-days/archive")
    book = DayOutcomes(store)
    for captures in (4, 6):
        made = write_day(tmp_path, DAY, captures=captures)
        with replacing_folder(partition_path(store, "validated", DAY)) as folder:
            for file in made.iterdir():
                shutil.copy(file, folder)
        assert captures_of(book) == [captures]
