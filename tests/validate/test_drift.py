"""A day unlike the accepted days before it raises warnings that name its pages."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsmarts.core import schemas
from newsmarts.core.errors import SettingsError
from newsmarts.core.partitions import docs_path, partition_path
from newsmarts.core.reasons import load_reasons
from newsmarts.core.settings import CONTRACTS, load_settings
from newsmarts.validate import drift, staged
from newsmarts.validate.run import run
from tests.validate.days import DAY, Row, article, read_rows, ticker_item, turned_away, write_day

THRESHOLDS = drift.load_thresholds(CONTRACTS)


def _on(day: date, row: Row) -> Row:
    return row | {"capture_day": day, "captured_at": datetime(day.year, day.month, day.day, tzinfo=UTC)}


def _warnings(home: Path, day: date, *, keep: bool = True) -> tuple[str, ...]:
    """What validate does about drift, without evaluating contracts."""
    parsed = staged.read(home, day)
    seen = drift.pages_of_day(parsed, parsed.unparsed, THRESHOLDS.fields)
    found = drift.warnings(home, day, seen, THRESHOLDS)
    if keep:
        folder = partition_path(home, "validated", day)
        folder.mkdir(parents=True)
        rows = drift.share_rows(day, seen.shares())
        schemas.write_rows(folder / schemas.SHARES_FILE, schemas.SHARES, rows)
    return found


def _day(home: Path, day: date, *, unread: int = 0, **changes: Any) -> None:
    """Ten pages with a ticker, of which some couldn't be read."""
    pages = [_on(day, article(f"{day} page {number}", **changes)) for number in range(10 - unread)]
    away = [
        _on(day, turned_away(article(f"{day} away {number}"), "missing_body", publisher="al_mayadeen"))
        for number in range(unread)
    ]
    write_day(home, pages, ticker=[ticker_item(page, "A line") for page in pages], unparsed=away, day=day)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with six ordinary days before DAY, on each a page that couldn't be read."""
    for number in range(6, 0, -1):
        day = DAY - timedelta(days=number)
        _day(tmp_path, day, unread=1)
        assert _warnings(tmp_path, day) == ()
    return tmp_path


def test_an_ordinary_day_has_no_warning(home: Path) -> None:
    _day(home, DAY, unread=2)
    assert _warnings(home, DAY) == ()


def test_a_field_that_is_no_longer_found_is_named_with_pages(home: Path) -> None:
    _day(home, DAY, tags=[], standfirst=None)
    found = _warnings(home, DAY)
    assert [text.split(";")[0] for text in found] == [
        "al_mayadeen (en): 10 of 10 pages without standfirst (100 %)",
        "al_mayadeen (en): 10 of 10 pages without tags (100 %)",
    ]
    assert "usual are 0 %, of 54 pages on 6 days before" in found[0]
    assert "'2025-08-25/2025-08-25 page 0.txt'" in found[0]
    assert "and 5 more" in found[0]


def test_a_field_that_pages_never_had_is_as_suspicious(home: Path) -> None:
    _day(home, DAY, section="Politics")
    (text,) = _warnings(home, DAY)
    assert text.startswith("al_mayadeen (en): 0 of 10 pages without section (0 %); usual are 100 %")
    assert "With section: 10 pages: " in text


def test_a_reason_that_grew_is_named_with_pages(home: Path) -> None:
    _day(home, DAY, unread=4)
    (text,) = _warnings(home, DAY)
    assert text.startswith("al_mayadeen: 4 of 10 pages with reason missing_body (40 %); usual are 10 %")
    assert "away 0.txt'" in text


def test_a_reason_that_is_gone_is_no_warning(tmp_path: Path) -> None:
    for number in range(6, 0, -1):
        _day(tmp_path, DAY - timedelta(days=number), unread=5)
        _warnings(tmp_path, DAY - timedelta(days=number))
    _day(tmp_path, DAY)
    assert _warnings(tmp_path, DAY) == ()


def test_few_days_before_or_few_pages_are_no_basis(tmp_path: Path) -> None:
    for number in (4, 3, 2, 1):
        _day(tmp_path, DAY - timedelta(days=number))
        _warnings(tmp_path, DAY - timedelta(days=number))
    _day(tmp_path, DAY, tags=[])
    assert _warnings(tmp_path, DAY, keep=False) == ()


def test_only_days_before_count_and_damaged_ones_are_left_out(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    later = DAY + timedelta(days=1)
    _day(home, later, tags=[])
    _warnings(home, later)
    damaged = partition_path(home, "validated", DAY - timedelta(days=1)) / schemas.SHARES_FILE
    damaged.write_bytes(damaged.read_bytes()[:50])
    _day(home, DAY, tags=[])
    (text,) = _warnings(home, DAY)
    assert "on 5 days before" in text
    assert "is left out of the comparison" in caplog.text


@pytest.mark.parametrize(
    ("share", "usual", "expected"),
    [
        (1.0, 0.0, True),
        (0.4, 0.1, True),
        (0.9, 0.5, True),
        (0.6, 0.3, False),
        (0.2, 0.0, False),
        (0.0, 1.0, True),
    ],
)
def test_far_off_is_a_factor_and_some_points(share: float, usual: float, expected: bool) -> None:
    assert THRESHOLDS.far_off(share, usual) is expected


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ("factor = 1.0", "factor"),
        ("days = 0", "days"),
        ('fields = ["tag"]', "fields.0"),
        ("other = 1", "other"),
    ],
)
def test_a_wrong_threshold_is_named(tmp_path: Path, changed: str, fault: str) -> None:
    lines = (CONTRACTS / drift.FILE).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(changed.split(" ", maxsplit=1)[0] + " ")]
    (tmp_path / drift.FILE).write_text("\n".join([*kept, changed]), encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"drift\.toml: {fault}: "):
        drift.load_thresholds(tmp_path)


@pytest.mark.slow
def test_validate_stores_shows_and_logs_the_warnings_and_no_content_changes(
    home: Path, brief_contracts: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = load_settings(home=home, contracts_dir=brief_contracts)
    assert load_reasons(brief_contracts)
    _day(home, DAY, tags=[])
    with caplog.at_level(logging.WARNING):
        run(DAY, settings)
    (outcome,) = read_rows(home, "outcome")
    (warning,) = outcome["warnings"]
    assert "10 of 10 pages without tags (100 %)" in warning
    assert f"{DAY} is unlike the days before: {warning}" in caplog.text
    index = (docs_path(home) / DAY.isoformat() / "index.html").read_text(encoding="utf-8")
    assert "Unlike the days before: al_mayadeen (en): 10 of 10 pages without tags" in index
    kept = {row["name"] for row in _shares(home) if row["kind"] == "field"}
    assert kept == {"", "section", "tags"}


def _shares(home: Path) -> list[Row]:
    path = partition_path(home, "validated", DAY) / schemas.SHARES_FILE
    rows: list[Row] = schemas.read_table(path, schemas.SHARES).to_pylist()
    return rows
