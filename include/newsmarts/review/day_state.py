"""Which days need a run, and why; what became of each; and which are missing.

One answer for the pipeline, ``make run``, the news desk, preview and the upgrade check.
What Airflow alone knows (that a day's last run failed, or is running) is not in it: the desk adds that.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from newsmarts.core import acknowledgements, versions
from newsmarts.core import settings as project_settings
from newsmarts.core.errors import UsageError
from newsmarts.core.settings import Settings
from newsmarts.land.config import LOCAL_KINDS, chosen_feeds
from newsmarts.land.local_days import MAX_FILES, Counted, LocalDays, look
from newsmarts.review.current_release import DayMadeOf, made_of, released_days
from newsmarts.review.day_outcomes import KnownDay, day_outcomes_of, read_known_day
from newsmarts.review.day_status import DayStatus, status_of
from newsmarts.review.missing_days import missing_days

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 60.0  # what lies in the folders of the local feeds is known so well


class RunReason(StrEnum):
    """Why a day needs a run, the most urgent first; a day has one reason."""

    UNFINISHED = "unfinished"  # captures have landed or wait, and there are no results that can be read
    REFUSED = "refused"  # too much of it was quarantined, or its captures don't add up
    WITHDRAWN = "withdrawn"  # it would be refused but for acknowledgements, and some were undone since
    CAPTURES = "captures"  # captures have landed since it was validated, or wait in the inbox
    CONTRACTS = "contracts"  # validated by other contracts
    CODE = "code"  # read by other code
    UNPUBLISHED = "unpublished"  # the release doesn't have it as it was validated


@dataclass(frozen=True, slots=True)
class Versions:
    """What a run would validate a day with."""

    code: str
    contracts: str
    acknowledged: Collection[str] = ()  # labels; only where a day was accepted because of some

    @classmethod
    def current(cls, settings: Settings, days: Iterable[KnownDay] = ()) -> Versions:
        """Those of now, for these days."""
        needed = any(known.outcome is not None and known.outcome.acknowledged for known in days)
        standing = acknowledgements.standing_everywhere(settings) if needed else ()
        return cls(
            versions.code_version(),
            versions.contracts_version(settings.contracts_dir),
            {key.label for key in standing},
        )


@dataclass(frozen=True, slots=True)
class DayStates:
    """All days of a home and its local feeds: one answer for all who show or run them."""

    days: Mapping[date, KnownDay]
    local: LocalDays
    reasons: Mapping[date, RunReason]  # of those that need a run
    missing: Mapping[date, tuple[str, ...]] = field(default_factory=dict)  # feeds without captures of it

    @property
    def shown(self) -> list[date]:
        """The days there is something to say of, in order."""
        waiting = (day for day, count in self.local.new.items() if count)
        return sorted({*self.days, *waiting, *self.missing})

    def status(self, day: date) -> DayStatus:
        """A day in one word."""
        return status_of(self.days.get(day), waiting=self.local.new[day], is_missing=day in self.missing)


def run_reason(
    known: KnownDay, current: Versions, *, waiting: int = 0, released: Mapping[date, DayMadeOf] | None = None
) -> RunReason | None:
    """The most urgent reason to run a day; None: there is none.

    Args:
        waiting: captures in local feeds that a run would land.
        released: what the current release made each day of; None: not looked at.
    """
    outcome = known.outcome
    if outcome is None:
        return RunReason.UNFINISHED if known.is_damaged or known.landed or waiting else None
    holds = {
        RunReason.REFUSED: not outcome.accepted or not outcome.adds_up,
        RunReason.WITHDRAWN: not set(outcome.acknowledged).issubset(current.acknowledged),
        RunReason.CAPTURES: known.landed_since or waiting > 0,
        RunReason.CONTRACTS: outcome.contracts_version != current.contracts,
        RunReason.CODE: outcome.code_version != current.code,
        RunReason.UNPUBLISHED: released is not None and released.get(known.day) != made_of(outcome),
    }
    return next((reason for reason in RunReason if holds.get(reason)), None)


def stored_reason(day: date, settings: Settings) -> RunReason | None:
    """Why parsing and validating a landed day would not give its stored results; None: it would."""
    known = read_known_day(settings.archive, day)
    return run_reason(known, Versions.current(settings, [known]))


def day_states(settings: Settings, feeds: Sequence[str] = ()) -> DayStates:
    """All days as they are now. An archive in a local feed that has no index yet is read through.

    Args:
        feeds: names of the local feeds to look at; all, when empty.

    Raises:
        UsageError: a local feed is set up wrongly, or its folder can't be read.
    """
    local = look(settings, feeds, read_archives=True, max_files=sys.maxsize)
    if local.faults:
        raise UsageError("\n".join(local.faults))
    return _states(settings, day_outcomes_of(settings.archive).days(), local)


def days_to_run(settings: Settings, feeds: Sequence[str] = ()) -> list[date]:
    """Every day that the local feeds have captures of, and every other one that needs a run.

    ``feeds`` narrows it to the feeds of these names.

    Raises:
        UsageError: the inbox isn't a folder, or no feed here knows its days beforehand.
    """
    kinds = {feed.kind for feed in chosen_feeds(settings, feeds)}
    if feeds and not kinds & LOCAL_KINDS:
        raise UsageError(
            f"Feeds of the web don't know their days beforehand ({', '.join(feeds)}). Name the days with "
            "--from-date and --to-date."
        )
    if "inbox" in kinds and not settings.inbox_dir.is_dir():
        raise UsageError(
            f"The inbox {settings.inbox_dir} is not a folder. Make it and put captures in it "
            "(sub-folders like 2025-08-25/ give the capture day), or name another one with --inbox."
        )
    states = day_states(settings, feeds)
    return sorted({*states.local.files, *states.reasons})


def recent_day_states(settings: Settings, today: date | None = None) -> DayStates:
    """The same for a page that people wait for.

    No archive is read, the folders of the local feeds were looked at within the last minute, and what keeps
    them from being looked at is in ``local.faults``.
    """
    days = day_outcomes_of(settings.archive).days()
    return _states(settings, days, _recent_look.at(settings, days), today)


def warm_up() -> None:
    """Read all days in the background, so that the first page is quick: ten years of them take seconds."""

    def read() -> None:
        try:
            recent_day_states(project_settings.settings())
        except Exception:
            # the page that needs it has the same error
            logger.warning("the days can't be read ahead", exc_info=True)

    threading.Thread(target=read, name="news-desk-days", daemon=True).start()


def _states(
    settings: Settings, days: Mapping[date, KnownDay], local: LocalDays, today: date | None = None
) -> DayStates:
    current, released = Versions.current(settings, days.values()), released_days(settings.home)
    reasons = {}
    for day in sorted({*days, *local.new}):
        known = days.get(day) or KnownDay(day, landed=0)
        reason = run_reason(known, current, waiting=local.new[day], released=released)
        if reason is not None:
            reasons[day] = reason
    missing = missing_days(settings, days, local.new, today or datetime.now(UTC).date())
    return DayStates(days, local, reasons, missing)


class _RecentLook:
    """The newest look at the local feeds, shared by all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted = Counted()
        self._settings: Settings | None = None
        self._seen_at = 0.0
        self._seen = LocalDays()

    def at(self, settings: Settings, days: Mapping[date, KnownDay]) -> LocalDays:
        """What the local feeds have, beside the manifests as they are now."""
        manifests = {day: known.manifest for day, known in days.items()}
        with self._lock:
            if self._settings != settings:
                self._settings, self._counted, self._seen_at = settings, Counted(), 0.0
            now = time.monotonic()
            is_recent = self._seen_at and now - self._seen_at < _LOOK_SECONDS
            if not is_recent or manifests != self._counted.manifests:
                self._counted.manifests = manifests
                self._seen = look(settings, max_files=MAX_FILES, counted=self._counted)
                self._seen_at = now
            return self._seen


_recent_look = _RecentLook()
