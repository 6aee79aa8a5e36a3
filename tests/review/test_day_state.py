"""Why a day needs a run: one reason for each day, the most urgent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from newsmarts.core.errors import UsageError
from newsmarts.core.settings import Settings
from newsmarts.review.day_outcomes import KnownDay
from newsmarts.review.day_results import read_outcome
from newsmarts.review.day_state import (
    RunReason,
    Versions,
    day_states,
    recent_day_states,
    run_reason,
    stored_reason,
)
from newsmarts.validate.staged import manifest_version, read_manifest
from tests.desk.day_files import write_day, write_landed_day

DAY = date(2025, 9, 1)
NOW = Versions("code", "contracts", {"kept"})
RELEASED = {DAY: ("accepted", "code", "test/1", "contracts", 4, 4, 4, 4, 0)}


@pytest.mark.parametrize(
    ("changes", "facts", "reason"),
    [
        ({}, {}, None),
        ({"code_version": "older"}, {}, RunReason.CODE),
        ({"contracts_version": "older"}, {}, RunReason.CONTRACTS),
        ({"code_version": "older", "contracts_version": "older"}, {}, RunReason.CONTRACTS),
        ({"contracts_version": "older"}, {"landed_since": True}, RunReason.CAPTURES),
        ({"contracts_version": "older", "accepted": False}, {"landed_since": True}, RunReason.REFUSED),
        ({"captures": 9, "valid": 3}, {}, RunReason.REFUSED),
        ({"acknowledged": ["kept"]}, {}, None),
        ({"acknowledged": ["kept", "undone"]}, {"landed_since": True}, RunReason.WITHDRAWN),
        ({"valid": 3, "quarantined": 1}, {}, RunReason.UNPUBLISHED),
    ],
)
def test_a_validated_day_has_its_most_urgent_reason(
    tmp_path: Path, changes: dict[str, object], facts: dict[str, bool], reason: RunReason | None
) -> None:
    write_day(tmp_path, DAY, **{"code_version": "code", "contracts_version": "contracts", **changes})  # type: ignore[arg-type]
    known = KnownDay(DAY, read_outcome(tmp_path, DAY), landed_since=facts.get("landed_since", False))
    assert run_reason(known, NOW, released=RELEASED) == reason


def test_a_day_without_results_needs_a_run_when_there_are_captures() -> None:
    assert run_reason(KnownDay(DAY, landed=0), NOW) is None
    assert run_reason(KnownDay(DAY, landed=1), NOW) is RunReason.UNFINISHED
    assert run_reason(KnownDay(DAY, landed=0), NOW, waiting=1) is RunReason.UNFINISHED
    assert run_reason(KnownDay(DAY, is_damaged=True), NOW) is RunReason.UNFINISHED


def test_a_waiting_page_and_a_release_are_looked_at(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, settle_seconds=0)
    versions = Versions.current(settings)
    made_by = {"code_version": versions.code, "contracts_version": versions.contracts}
    write_day(tmp_path, DAY, **made_by)  # type: ignore[arg-type]
    for states in (day_states, recent_day_states):
        assert states(settings).reasons == {DAY: RunReason.UNPUBLISHED}
    page = tmp_path / "inbox" / str(DAY) / "a.txt"
    page.parent.mkdir(parents=True)
    page.write_text("x")
    assert day_states(settings).reasons == {DAY: RunReason.CAPTURES}


def test_stored_results_are_compared_with_what_has_landed(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, settle_seconds=0)
    versions = Versions.current(settings)
    made_by = {"code_version": versions.code, "contracts_version": versions.contracts}
    write_landed_day(tmp_path, DAY)
    assert stored_reason(DAY, settings) is RunReason.UNFINISHED
    version = manifest_version(*read_manifest(tmp_path, DAY))
    write_day(tmp_path, DAY, manifest_version=version, **made_by)  # type: ignore[arg-type]
    assert stored_reason(DAY, settings) is None
    write_landed_day(tmp_path, DAY, captures=2)
    assert stored_reason(DAY, settings) is RunReason.CAPTURES
    (tmp_path / "staged" / "validated" / f"capture_day={DAY}" / "outcome.parquet").write_bytes(b"torn")
    assert stored_reason(DAY, settings) is RunReason.UNFINISHED


def test_a_missing_inbox_is_an_error_to_a_command_and_a_fault_to_a_page(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, inbox=tmp_path / "nowhere")
    with pytest.raises(UsageError, match="nowhere"):
        day_states(settings)
    assert "nowhere" in recent_day_states(settings).local.faults[0]
