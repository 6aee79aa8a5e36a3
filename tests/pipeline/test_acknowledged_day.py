"""A refused day whose pages really are bad: accepted by acknowledging them, and by nothing else."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from newsmarts.core import acknowledgements
from newsmarts.core.partitions import acknowledgements_path
from newsmarts.core.settings import PROJECT_ROOT, Settings, load_settings
from newsmarts.desk.views import day_view
from newsmarts.pipeline import run
from newsmarts.release.reader import connect
from newsmarts.review.day_state import RunReason, day_states
from newsmarts.review.quarantine import Filters, entry_of, open_quarantine

pytestmark = [pytest.mark.usefixtures("quick_audit"), pytest.mark.slow]
DAY = date(2025, 9, 1)


def _page(settings: Settings, name: str) -> None:
    """One more page that claims to be an article and has no body."""
    folder = settings.inbox_dir / DAY.isoformat()
    saved = next(path for path in sorted(folder.rglob("*.txt")) if "nour" not in path.name)
    head = saved.read_text(encoding="utf-8").splitlines()[:6]
    (folder / f"{name}.txt").write_text("\n".join([*head, f"<!-- {name} -->"]), encoding="utf-8")


def _decide(settings: Settings, decision: str) -> None:
    with open_quarantine(settings) as opened:
        reasons, _ = opened.chosen(Filters(day=DAY, state="all"), page_size=500)
    acknowledgements.record_decision(
        decision,  # type: ignore[arg-type]
        settings,
        [entry_of(reason) for reason in reasons],
        by="Ana",
        at=datetime(2025, 9, 3, tzinfo=UTC),
        reason="the site was down that day",
    )


def _marts(settings: Settings) -> tuple[Sequence[object], ...]:
    """What readers get, but for who acknowledged what."""
    with connect(settings.home) as marts:
        articles = marts.execute("SELECT * FROM marts.articles ORDER BY article_id").fetchall()
        reasons = "SELECT capture_id, reason_code, detail FROM marts.quarantine ORDER BY ALL"
        return articles, marts.execute(reasons).fetchall()


def _titles(settings: Settings) -> list[str]:
    return [item.title for item in day_view(settings, DAY, day_states(settings)).notices]


def test_acknowledging_lifts_a_refusal_and_undoing_brings_it_back(
    tmp_path: Path, brief_contracts: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = tmp_path / "inbox"
    shutil.copytree(PROJECT_ROOT / "samples" / "inbox" / DAY.isoformat(), inbox / DAY.isoformat())
    settings = load_settings(
        home=tmp_path / "home",
        inbox=inbox,
        settle_seconds=0,
        contracts_dir=brief_contracts,
        quarantine_fail_share=0.05,
        quarantine_fail_min_pages=1,
    )
    with caplog.at_level(logging.WARNING, logger="newsmarts"):
        failed = run(settings).failed_days
    assert "refuses a day" not in caplog.text  # the command prints it
    assert "newsmarts acknowledge" in failed[DAY]
    assert "This day was refused as a whole" in _titles(settings)
    refused = _marts(settings)
    assert not refused[0]

    _decide(settings, "acknowledged")
    assert run(settings).failed_days == {}
    accepted = _marts(settings)
    assert accepted[0]
    # what broke a contract stays out, with its reasons
    assert set(accepted[1]) == {row for row in refused[1] if row[1] != "day_refused"}  # type: ignore[index]
    assert day_states(settings).reasons == {}
    assert _titles(settings) == ["Accepted by acknowledgement"]
    view = day_view(settings, DAY, day_states(settings))
    assert "Ana, 2025-09-03 00:00 UTC: the site was down that day" in view.notices[0].text

    # the same marts in another home that has the decisions
    other = settings.model_copy(update={"home": tmp_path / "other"})
    shutil.copytree(acknowledgements_path(settings.home), acknowledgements_path(other.home))
    assert run(other).failed_days == {}
    assert _marts(other) == accepted

    _decide(settings, "undone")
    assert day_states(settings).reasons == {DAY: RunReason.WITHDRAWN}
    assert DAY in run(settings).failed_days
    assert day_states(settings).reasons == {DAY: RunReason.REFUSED}
    _decide(settings, "acknowledged")
    assert run(settings).failed_days == {}
    assert _marts(settings) == accepted

    for number in range(9):  # other pages of the day that no one has seen
        _page(settings, f"late {number}")
    assert ", without " in run(settings).failed_days[DAY]
    decisions = [
        json.loads(path.read_bytes()) for path in acknowledgements_path(settings.home).glob("*.json")
    ]
    assert [each["decision"] for each in decisions].count("acknowledged") == 2
