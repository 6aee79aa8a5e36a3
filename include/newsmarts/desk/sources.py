"""The Sources page: what each feed answered last, its captures a day, and what failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from newsmarts.core.settings import Settings, absolute
from newsmarts.desk.airflow import LIVE, PRODUCER, Airflow, FeedAnswer
from newsmarts.land.config import LOCAL_KINDS, AnyConfig, load_feeds
from newsmarts.review.day_state import DayStates, recent_day_states
from newsmarts.review.missing_days import feed_captures, first_day_of

SHOWN_DAYS = 90
FAILURES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Source:
    """One feed of the feeds' file, or one that it had and whose captures are there."""

    name: str
    kind: str | None  # None: the file has it no more
    where: str  # its folder or hosts
    every_day: bool
    per_day: Sequence[tuple[date, int]]  # captures of each day of the period, oldest first
    last_day: date | None  # the newest day with captures, of the period
    has_captures: bool  # in the last two years
    missing: int  # days without captures that should have some
    waiting: int  # captures in its folder that have not landed; of all local feeds together
    last: FeedAnswer | None
    failures: Sequence[FeedAnswer]  # the newest ones
    next_visit: datetime | None

    @property
    def total(self) -> int:
        """Captures in the period."""
        return sum(count for _, count in self.per_day)

    @property
    def most(self) -> int:
        """Captures of the day with most, at least 1."""
        return max((count for _, count in self.per_day), default=1) or 1


@dataclass(frozen=True, slots=True)
class SourcesView:
    """All feeds over a period that ends with the newest day of captures."""

    sources: Sequence[Source]
    first: date
    last: date
    faults: Sequence[str]  # folders that can't be read
    unread_archives: int


def sources_view(settings: Settings, airflow: Airflow, today: date) -> SourcesView:
    """Every feed, in the order of the feeds' file.

    Raises:
        SettingsError: the feeds' file has mistakes.
    """
    states = recent_day_states(settings, today)
    configs = {config.name: config for config in load_feeds(settings)}
    last = max((day for day, known in states.days.items() if known.captures and day <= today), default=today)
    days = [last - timedelta(days=number) for number in reversed(range(SHOWN_DAYS))]
    captures = {
        day: feed_captures(settings.archive, known)
        for day in days
        if (known := states.days.get(day)) is not None
    }
    names = dict.fromkeys([*configs, *sorted({name for counts in captures.values() for name in counts})])
    answers: dict[str, list[FeedAnswer]] = {}
    for answer in airflow.feed_answers():
        answers.setdefault(answer.feed, []).append(answer)
    next_runs = {dag_id: airflow.next_run(dag_id) for dag_id in (PRODUCER, LIVE)}
    look = _Look(settings, today, states, captures, days, next_runs)
    sources = [look.source(name, configs.get(name), answers.get(name, [])) for name in names]
    return SourcesView(sources, days[0], last, states.local.faults, states.local.unread_archives)


@dataclass(frozen=True, slots=True)
class _Look:
    """What is known of all feeds."""

    settings: Settings
    today: date
    states: DayStates
    captures: Mapping[date, Mapping[str, int]]
    days: Sequence[date]
    next_runs: Mapping[str, datetime | None]

    def source(self, name: str, config: AnyConfig | None, answers: Sequence[FeedAnswer]) -> Source:
        """One of them."""
        kind = config.kind if config is not None else None
        per_day = [(day, self.captures.get(day, {}).get(name, 0)) for day in self.days]
        return Source(
            name=name,
            kind=kind,
            where=_where(config, self.settings),
            every_day=config is not None and config.every_day,
            per_day=per_day,
            last_day=max((day for day, count in per_day if count), default=None),
            has_captures=first_day_of(name, self.settings.archive, self.states.days, self.today) is not None,
            missing=sum(name in feeds for feeds in self.states.missing.values()),
            waiting=sum(self.states.local.new.values()) if kind in LOCAL_KINDS else 0,
            last=answers[0] if answers else None,
            failures=[answer for answer in answers if answer.state == "failed"][:FAILURES_SHOWN],
            next_visit=self.next_runs.get(LIVE if kind == "live" else PRODUCER) if kind else None,
        )


def _where(config: AnyConfig | None, settings: Settings) -> str:
    if config is None:
        return "not in the feeds' file any more"
    hosts = ", ".join(getattr(config, "hosts", ()))
    if config.kind not in LOCAL_KINDS:
        return hosts
    named: Path = getattr(config, "folder", None) or settings.inbox_dir
    folder = absolute(settings.home / named.expanduser())
    return f"{folder}, pages of {hosts}" if hosts else str(folder)
