"""Desk, command line and ``make run`` agree on which days need a run, and why."""

from __future__ import annotations

import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest

from local import inbox
from newsmarts import pipeline
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.desk.backfill import backfill_view
from tests.desk.desk_client import MadeUpAirflow, get, guarded

pytestmark = pytest.mark.xdist_group("sample_marts")
DAYS = [date(2025, 9, number) for number in range(1, 6)]
PAGE = PROJECT_ROOT / "samples" / "inbox" / "2025-09-01" / "al_mayadeen" / "halden-census.txt"


@pytest.fixture
def settings(sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("newsmarts.review.day_state._LOOK_SECONDS", -1.0)
    home = tmp_path / "home"
    shutil.copytree(sample_home, home, symlinks=True)
    shutil.copytree(PROJECT_ROOT / "samples" / "inbox", home / "inbox", dirs_exist_ok=True)
    return load_settings(home=home, settle_seconds=0)


def days_on_the_desk(settings: Settings) -> dict[date, str]:
    view = backfill_view(settings, MadeUpAirflow(), can_start=True, today=date(2025, 11, 1))
    return {choice.day: group.key for group in view.groups for choice in group.days}


def days_of_make_run(settings: Settings) -> dict[date, str]:
    return {day: str(reason) for day, reason in inbox.days_to_run(settings)[0].items()}


def days_read_by_the_command_line(settings: Settings) -> dict[date, str]:
    return {day: str(reason) for day, reason in pipeline.run(settings).read.items()}


@pytest.mark.slow
def test_a_page_in_a_zip_is_new_on_its_own_day_alone(settings: Settings) -> None:
    assert days_on_the_desk(settings) == days_of_make_run(settings) == {}
    with zipfile.ZipFile(settings.inbox_dir / "more.zip", "w") as archive:
        archive.write(PAGE, "2025-09-02/al_mayadeen/census-again.txt")
    assert days_of_make_run(settings) == days_on_the_desk(settings) == {DAYS[1]: "captures"}
    assert days_read_by_the_command_line(settings) == {DAYS[1]: "captures"}
    # landing notes on every day that the archive was read: no other day's captures have changed by that
    assert days_on_the_desk(settings) == days_of_make_run(settings) == {}
    assert days_read_by_the_command_line(settings) == {}


def test_a_page_in_the_inbox_is_reported_on_its_days_page(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsmarts.desk.routes.contracts.settings", lambda: settings)
    address = "/contracts?day=2025-10-07"
    assert "Nothing was captured on 2025-10-07" in get(guarded(), address).text
    page = settings.inbox_dir / "2025-10-07" / "page.txt"
    page.parent.mkdir()
    page.write_text("x")
    text = get(guarded(), address).text
    assert "Nothing was captured" not in text
    assert "1 capture is in the inbox for this day" in text
