"""Which days ``make run`` runs, and the samples' way into the inbox."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from local import inbox
from newsmarts.core.errors import UsageError
from newsmarts.core.partitions import longest_range
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.land.run import run as land
from newsmarts.pipeline import run as run_pipeline

SAMPLE = PROJECT_ROOT / "samples" / "inbox" / "2025-09-01" / "al_mayadeen" / "halden-census.txt"


@pytest.fixture
def settings(tmp_path: Path, brief_contracts: Path) -> Settings:
    return load_settings(home=tmp_path / "home", settle_seconds=0, contracts_dir=brief_contracts)


def put(settings: Settings, day: str, name: str = "al_mayadeen/page.txt") -> Path:
    path = settings.inbox_dir / day / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SAMPLE, path)
    return path


def test_samples_are_copied_once_and_nothing_is_written_over(settings: Settings) -> None:
    samples = [path for path in (PROJECT_ROOT / "samples" / "inbox").rglob("*") if path.is_file()]
    assert len(samples) > 16
    assert inbox.copy_samples(PROJECT_ROOT, settings.inbox_dir) == len(samples)
    copied = settings.inbox_dir / SAMPLE.relative_to(PROJECT_ROOT / "samples" / "inbox")
    assert copied.read_bytes() == SAMPLE.read_bytes()
    assert copied.stat().st_mtime_ns == SAMPLE.stat().st_mtime_ns  # settled: no task has to look twice
    copied.write_text("edited")
    assert inbox.copy_samples(PROJECT_ROOT, settings.inbox_dir) == 0
    assert copied.read_text() == "edited"


def test_an_empty_inbox_has_nothing_to_run(settings: Settings) -> None:
    assert inbox.days_to_run(settings) == ({}, 0)


@pytest.mark.slow
def test_a_day_is_done_when_it_is_published_and_nothing_in_it_is_new(settings: Settings) -> None:
    put(settings, "2025-09-01")
    put(settings, "2025-09-03")
    first, second = date(2025, 9, 1), date(2025, 9, 3)
    assert inbox.days_to_run(settings) == ({first: "unfinished", second: "unfinished"}, 0)
    run_pipeline(settings)
    assert inbox.days_to_run(settings) == ({}, 2)
    put(settings, "2025-09-03", "al_mayadeen/another.txt")
    assert inbox.days_to_run(settings) == ({second: "captures"}, 1)


def test_a_day_that_was_landed_and_never_loaded_is_run_without_its_files(settings: Settings) -> None:
    path = put(settings, "2025-09-01")
    land(date(2025, 9, 1), settings)
    land(date(2025, 9, 2), settings)  # nothing in it: nothing to run
    path.unlink()
    assert inbox.days_to_run(settings) == ({date(2025, 9, 1): "unfinished"}, 0)


class Span(NamedTuple):
    days: str
    longest: tuple[str, str] | None


@pytest.mark.parametrize(
    "span",
    [
        Span("", None),
        Span("01", None),
        Span("01 03 05", None),
        Span("01 02", ("01", "02")),
        Span("01 02 04 05 06 09", ("04", "06")),
        Span("01 02 04 05", ("01", "02")),
    ],
)
def test_the_longest_range(span: Span) -> None:
    def day(number: str) -> date:
        return date(2025, 9, int(number))

    expected = span.longest and (day(span.longest[0]), day(span.longest[1]))
    assert longest_range({day(number) for number in span.days.split()}) == expected


def test_a_missing_inbox_is_named(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", inbox=tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"nowhere doesn't exist.*INBOX="):
        inbox.check_places(settings)
    assert not settings.home.exists()


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"home can't be made.*NEWS_HOME="):
        inbox.check_places(load_settings(home=tmp_path / "file" / "home"))


def test_a_full_disk_is_reported_before_anything_starts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(os.fspath(settings.home.parent))._replace(free=10 * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(UsageError, match=r"Only 10 MiB are free"):
        inbox.check_places(settings)
