"""What the pages show, worked out from results: plain values for the templates, no HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from newsmarts.core import acknowledgements
from newsmarts.core.errors import DamagedPartition, MissingPartition, NewsError
from newsmarts.core.settings import Settings
from newsmarts.core.text import counted
from newsmarts.desk.airflow import FailedTask, RunFacts
from newsmarts.desk.day_runs import ACTIVE, shown_days, status_with_run
from newsmarts.review.contract_history import SEVERITY_ORDER
from newsmarts.review.day_outcomes import KnownDay
from newsmarts.review.day_results import DayResults, ExpectationResult, LeftOutPage, Outcome, read_day
from newsmarts.review.day_state import DayStates
from newsmarts.review.day_status import DayStatus, status_of
from newsmarts.review.missing_days import feed_captures
from newsmarts.review.notice import Notice
from newsmarts.review.quarantine import entry_of, read_withheld

Runs = Mapping[date, RunFacts]
NO_RUNS: Runs = MappingProxyType({})
_NAMES = re.compile(r"^(- .*?: [0-9]+ pages?): .*$", re.MULTILINE)  # of a refusal: its pages are listed below
DAYS_PER_PAGE = 31
PAGES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class DaysView:
    """A page of the list of days, newest first."""

    lines: tuple[tuple[KnownDay, DayStatus], ...]
    total_days: int
    first_day: date | None
    last_day: date | None
    newer_before: date | None  # ``before`` of the page of newer days; None: there are none
    newest: bool
    older_before: date | None


@dataclass(frozen=True, slots=True)
class PageList:
    """Pages of a day that have one outcome. With a reason chosen, ``pages`` are those that have it."""

    total: int
    reasons: Sequence[tuple[str, int]]  # reason code, how many pages have it; the most frequent first
    pages: Sequence[LeftOutPage]  # the first of those that match
    matching: int


_NO_PAGES = PageList(0, (), (), 0)


@dataclass(frozen=True, slots=True)
class DayView:
    """Everything about one day. ``notices`` come first; ``outcome`` is None when there are no results."""

    day: date
    previous_day: date | None  # the nearest known days on each side
    next_day: date | None
    status: DayStatus
    notices: tuple[Notice, ...]
    outcome: Outcome | None = None
    expectations: Sequence[ExpectationResult] = ()  # those of a contract together, the worst first
    reason: str | None = None  # only pages with this reason are shown
    quarantined: PageList = _NO_PAGES
    not_articles: PageList = _NO_PAGES
    held_back: PageList = _NO_PAGES  # of a refused day: valid by themselves
    feeds: Mapping[str, int] = field(default_factory=dict)  # captures that each feed has landed
    waiting: int = 0  # captures in local feeds that a run would land
    failed: Sequence[FailedTask] | None = None  # the tasks that failed in its run; None: the run didn't fail
    withheld: tuple[LeftOutPage, ...] = ()  # valid by themselves, but kept out of the published marts


def days_view(states: DayStates, before: date | None = None, runs: Runs = NO_RUNS) -> DaysView:
    """The newest days, or those before a day; one page of them."""
    days = shown_days(states, runs)
    older = [day for day in days if before is None or day < before]
    shown, rest = older[-DAYS_PER_PAGE:], older[:-DAYS_PER_PAGE]
    newer = days[len(older) :]
    return DaysView(
        lines=tuple(
            (states.days.get(day) or KnownDay(day), status_with_run(states, day, runs.get(day)))
            for day in reversed(shown)
        ),
        total_days=len(days),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        newest=not newer,
        newer_before=newer[DAYS_PER_PAGE] if len(newer) > DAYS_PER_PAGE else None,
        older_before=shown[0] if rest else None,
    )


def day_view(
    settings: Settings,
    day: date,
    states: DayStates,
    *,
    reason: str | None = None,
    run_id: str | None = None,
    run_state: str | None = None,
    failed: Sequence[FailedTask] | None = None,
    runs: Runs = NO_RUNS,
) -> DayView:
    """One day's results, or a notice why there are none and what to do.

    With a ``run_id``, a notice warns of results of another run. ``failed`` has the tasks that failed in the
    day's run, if it did.
    """
    days = shown_days(states, runs)
    previous_day = max((other for other in days if other < day), default=None)
    next_day = min((other for other in days if other > day), default=None)
    waiting, known = states.local.new[day], states.days.get(day)
    feeds = feed_captures(settings.archive, known) if known is not None else {}
    try:
        results = read_day(settings.archive, day)
    except (MissingPartition, DamagedPartition) as error:
        status, notice = _without_results(error, day, states, run_state)
        notices: tuple[Notice, ...] = (notice,)
        if failed is not None:
            # what failed is why there are none
            notices = () if status in (DayStatus.EMPTY, DayStatus.LANDED) else notices
            status = DayStatus.FAILED
        return DayView(
            day, previous_day, next_day, status, notices, feeds=feeds, waiting=waiting, failed=failed
        )
    is_missing = day in states.missing
    status = status_of(KnownDay(day, results.outcome), waiting=waiting, is_missing=is_missing)
    return DayView(
        day=day,
        previous_day=previous_day,
        next_day=next_day,
        status=status if failed is None else DayStatus.FAILED,
        notices=(
            *_notices(results.outcome, run_id, waiting, states.missing.get(day, ())),
            *_about_acceptance(settings, results),
        ),
        outcome=results.outcome,
        expectations=sorted(results.expectations, key=_urgency),
        reason=reason,
        quarantined=_page_list(results.quarantined, reason),
        not_articles=_page_list(results.not_articles, reason),
        held_back=_page_list(results.held_back, reason),
        withheld=read_withheld(settings.home, day),
        feeds=feeds,
        waiting=waiting,
        failed=failed,
    )


def _page_list(pages: Sequence[LeftOutPage], reason: str | None) -> PageList:
    codes = Counter(code for page in pages for code in {each.reason_code for each in page.reasons})
    matching = [
        page for page in pages if reason is None or any(each.reason_code == reason for each in page.reasons)
    ]
    ranked = sorted(codes.items(), key=lambda item: (-item[1], item[0]))
    return PageList(len(pages), ranked, matching[:PAGES_SHOWN], len(matching))


def _without_results(
    error: NewsError, day: date, states: DayStates, run_state: str | None
) -> tuple[DayStatus, Notice]:
    """Why a day has no results, and what to do."""
    status = DayStatus.DAMAGED if isinstance(error, DamagedPartition) else states.status(day)
    if status is DayStatus.DAMAGED:
        is_known = isinstance(error, DamagedPartition)
        text = str(error) if is_known else "Its manifest is damaged. Run the day again: Backfill."
        return status, Notice("These results can't be read", text, "bad")
    if run_state in ACTIVE:
        text = f"This run is {run_state}. Its results appear here when its validate task has finished."
        return DayStatus.RUNNING, Notice(f"No results for {day} yet", text)
    if status is DayStatus.MISSING:
        return status, _missing_notice(states.missing[day])
    if status is DayStatus.LANDED:
        text = "Captures of this day have landed, but they haven't been validated. Start a run: Backfill."
        return status, Notice(f"No results for {day} yet", text)
    if status is DayStatus.WAITING:
        waiting = _captures(states.local.new[day])
        text = f"{waiting} in the inbox for this day, and not landed yet. Start a run: Backfill."
        return status, Notice(f"No results for {day} yet", text)
    text = (
        "No feed had captures of this day. If it should have some, put them in the inbox (in a folder "
        f"named {day}) and run news_pages for it: Trigger, with the day as its parameter, or Backfill for a "
        "range."
    )
    return status, Notice(f"Nothing was captured on {day}", text)


def _missing_notice(feeds: Sequence[str]) -> Notice:
    text = (
        f"No captures from {', '.join(feeds)}, which should have some every day (every_day in the feeds' "
        "file). A run of the day reads the feeds again: Backfill."
    )
    return Notice("This day is missing", text, "warn")


def _captures(count: int) -> str:
    return "1 capture is" if count == 1 else f"{count:,} captures are"


def _notices(outcome: Outcome, run_id: str | None, waiting: int, missing: Sequence[str]) -> list[Notice]:
    notices = []
    if waiting:
        text = f"{_captures(waiting)} in the inbox for this day since its last run. Start a run: Backfill."
        notices.append(Notice("New captures", text, "warn"))
    if missing:
        notices.append(_missing_notice(missing))
    if not outcome.adds_up:
        text = (
            f"{outcome.captures} captures went in; {outcome.valid} valid, {outcome.not_article} not articles "
            f"and {outcome.quarantined} quarantined came out. Don't use this day until that is explained: "
            "see the log of validate."
        )
        notices.append(Notice("Captures are missing", text, "bad"))
    if run_id is not None and outcome.run_id != run_id:
        source = f"the run {outcome.run_id}" if outcome.run_id else "a run outside Airflow"
        text = f"The day was validated again, or not yet by this run. What you see was written by {source}."
        notices.append(Notice("Results of another run", text, "warn"))
    return notices


def _about_acceptance(settings: Settings, results: DayResults) -> Iterator[Notice]:
    """That a day was refused, or accepted because of acknowledgements, and what to do."""
    outcome, page = results.outcome, (f"quarantine?day={results.day}&state=all", "Its pages in Quarantine")
    if outcome.accepted and not outcome.acknowledged:
        return
    standing = acknowledgements.standing_everywhere(settings)
    if outcome.accepted:
        by_label = {key.label: made for key, made in standing.items()}
        made_by = {made.number: made for label in outcome.acknowledged if (made := by_label.get(label))}
        undone = any(label not in by_label for label in outcome.acknowledged)
        pages = counted(len({label.split()[0] for label in outcome.acknowledged}), "page")
        lines = [
            f"Without {pages} that people acknowledged, too little of the day was quarantined to refuse it."
        ]
        lines += [f"{made.by}, {made.at:%Y-%m-%d %H:%M} UTC: {made.reason}" for made in made_by.values()]
        if undone:
            lines.append("Some of that was undone since: the next run of the day decides again.")
        yield Notice("Accepted by acknowledgement", "\n".join(lines), "warn" if undone else "idle", page)
        return
    seen = sum(all(entry_of(reason) in standing for reason in page.reasons) for page in results.quarantined)
    lines = [
        _NAMES.sub(r"\1", outcome.refusal or "Too much of it was quarantined."),
        "The marts have its captures with their reasons, and none of its articles; what an earlier accepted "
        "run gave stays.",
        "",
        "If the pages were read wrongly, as after a change of the site: fix the publisher's rules, and run "
        "the day again.",
        "If the pages really are bad: acknowledge them, and run the day again. Acknowledged pages stay out "
        "of the marts and don't count.",
    ]
    if seen:
        lines.append(f"Acknowledged by now: {seen:,} of {counted(len(results.quarantined), 'page')}.")
    yield Notice("This day was refused as a whole", "\n".join(lines), "bad", page)


def _urgency(result: ExpectationResult) -> tuple[str, int, str]:
    return result.contract, SEVERITY_ORDER.get(result.severity, 9), result.expectation
