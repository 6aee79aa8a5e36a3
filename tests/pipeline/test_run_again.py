"""``newsmarts run`` a second time: only what has changed is done again."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from newsmarts import pipeline
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.pipeline import run

pytestmark = pytest.mark.usefixtures("quick_audit")
FIRST, SECOND = date(2025, 9, 1), date(2025, 9, 2)
STAGES = ("parse", "validate", "audit")


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory, brief_contracts: Path) -> Settings:
    """Two days of samples, run once."""
    folder = tmp_path_factory.mktemp("run-once")
    for day in (FIRST, SECOND):
        source = PROJECT_ROOT / "samples" / "inbox" / day.isoformat()
        shutil.copytree(source, folder / "inbox" / day.isoformat())
    settings = load_settings(
        home=folder / "home", inbox=folder / "inbox", settle_seconds=0, contracts_dir=brief_contracts
    )
    assert run(settings).published
    return settings


@pytest.fixture
def settings(run_once: Settings, tmp_path: Path) -> Settings:
    """A copy of that home and its inbox."""
    for name, folder in (("home", run_once.home), ("inbox", run_once.inbox_dir)):
        shutil.copytree(folder, tmp_path / name, symlinks=True)
    return run_once.model_copy(update={"home": tmp_path / "home", "inbox": tmp_path / "inbox"})


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, date | None]]:
    """What stages do from now on, and for which day."""
    reported: list[tuple[str, date | None]] = []
    for name in STAGES:
        stage = getattr(pipeline, name)

        def with_stage(*arguments: object, stage: object = stage, name: str = name) -> object:
            reported.append((name, arguments[0] if isinstance(arguments[0], date) else None))
            return stage(*arguments)  # type: ignore[operator]

        monkeypatch.setattr(pipeline, name, with_stage)
    return reported


def test_with_nothing_new_nothing_is_read_or_audited(
    settings: Settings, done: list[tuple[str, date | None]]
) -> None:
    result = run(settings)
    assert not result.published
    assert result.days == (FIRST, SECOND)
    assert done == []


def test_a_new_page_has_its_day_read_again_and_no_other(
    settings: Settings, done: list[tuple[str, date | None]]
) -> None:
    page = next((settings.inbox_dir / SECOND.isoformat()).rglob("*.txt"))
    shutil.copyfile(page, settings.inbox_dir / FIRST.isoformat() / "again.txt")
    assert run(settings).published
    assert done == [("parse", FIRST), ("validate", FIRST), ("audit", None)]


def test_a_rejection_is_new_as_well(settings: Settings, done: list[tuple[str, date | None]]) -> None:
    (settings.inbox_dir / SECOND.isoformat() / "page.docx").write_text("no page")
    run(settings)
    assert done == [("parse", SECOND), ("validate", SECOND), ("audit", None)]


@pytest.mark.slow
def test_other_contracts_ask_every_day_again(
    settings: Settings, done: list[tuple[str, date | None]], tmp_path: Path
) -> None:
    contracts = tmp_path / "contracts"
    shutil.copytree(settings.contracts_dir, contracts)
    path = contracts / "ticker_items.json"
    contract = json.loads(path.read_bytes())
    contract["expectations"][0]["severity"] = "info"
    path.write_text(json.dumps(contract), encoding="utf-8")
    run(settings.model_copy(update={"contracts_dir": contracts}))
    assert [stage for stage, _ in done] == ["parse", "validate", "parse", "validate", "audit"]


@pytest.mark.slow
def test_a_day_that_was_not_accepted_is_tried_again(
    settings: Settings, done: list[tuple[str, date | None]]
) -> None:
    strict = settings.model_copy(update={"quarantine_fail_share": 0.01, "quarantine_fail_min_pages": 1})
    (settings.inbox_dir / SECOND.isoformat() / "empty.txt").touch()
    assert set(run(strict).failed_days) == {SECOND}
    done.clear()
    assert set(run(strict).failed_days) == {SECOND}
    assert ("validate", SECOND) in done
