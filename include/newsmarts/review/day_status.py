"""What became of a capture day, in one word: the same for all pages, the command line and ``make run``."""

from __future__ import annotations

from enum import StrEnum

from newsmarts.review.day_outcomes import KnownDay
from newsmarts.review.day_results import Outcome
from newsmarts.review.notice import Tone


class DayStatus(StrEnum):
    """The states of a day, as people read them."""

    DAMAGED = "unreadable"  # its files
    FAILED = "failed"  # its last run: only Airflow knows
    UNACCOUNTED = "doesn't add up"
    REFUSED = "refused"
    LANDED = "not validated yet"
    RUNNING = "running"  # its run isn't over: only Airflow knows
    WAITING = "not run yet"  # captures are in a local feed, and none has landed
    SOME_QUARANTINED = "some quarantined"
    CLEAN = "nothing quarantined"
    MISSING = "missing"  # a feed that should have captures every day has none
    EMPTY = "nothing captured"

    @property
    def label(self) -> str:
        """The word for people."""
        return self.value

    @property
    def tone(self) -> Tone:
        """How worried to be."""
        return _TONES.get(self, "idle")


_TONES: dict[DayStatus, Tone] = {
    DayStatus.DAMAGED: "bad",
    DayStatus.FAILED: "bad",
    DayStatus.UNACCOUNTED: "bad",
    DayStatus.REFUSED: "bad",
    DayStatus.SOME_QUARANTINED: "warn",
    DayStatus.CLEAN: "good",
    DayStatus.MISSING: "warn",
}


def status_of(known: KnownDay | None, *, waiting: int = 0, is_missing: bool = False) -> DayStatus:
    """A day in one word.

    Args:
        known: what stages left of it; None: nothing.
        waiting: captures in local feeds that a run would land.
        is_missing: whether a feed that should have captures of it has none.
    """
    if known is not None and known.is_damaged:
        return DayStatus.DAMAGED
    outcome = known.outcome if known is not None else None
    if outcome is None and known is not None and known.landed:
        return DayStatus.LANDED
    if outcome is None or (outcome.captures == 0 and outcome.accepted and outcome.adds_up):
        return DayStatus.WAITING if waiting else DayStatus.MISSING if is_missing else DayStatus.EMPTY
    return _status_of_outcome(outcome)


def _status_of_outcome(outcome: Outcome) -> DayStatus:
    if not outcome.adds_up:
        return DayStatus.UNACCOUNTED
    if not outcome.accepted:
        return DayStatus.REFUSED
    if outcome.quarantined or outcome.ticker_items_quarantined:
        return DayStatus.SOME_QUARANTINED
    return DayStatus.CLEAN
