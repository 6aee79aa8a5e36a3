"""What a preview found, as data."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsmarts.compare.differences import Difference


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a page isn't valid, and by which stage."""

    stage: str
    reason_code: str
    expectation: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class PageChange:
    """A page whose fate would change.

    ``before`` and ``after`` are ``valid``, ``not_article`` or ``quarantined``; ``before`` is ``new`` for a
    capture that no stored result knows.
    """

    capture_id: str
    source_path: str
    before: str
    after: str
    reasons_before: tuple[Reason, ...] = ()
    reasons_after: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedArticle:
    """A page that is an article before and after, with each field that would change; texts are shortened."""

    capture_id: str
    source_path: str
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class DayCounts:
    """A day in numbers, as its outcome has them; ``refusal`` when too much was quarantined to load it."""

    captures: int
    valid: int
    not_article: int
    quarantined: int
    ticker_items: int
    ticker_items_quarantined: int
    refusal: str | None
    code_version: str
    contracts_version: str


@dataclass(frozen=True, slots=True)
class DayPreview:
    """One capture day. ``before`` is None when no stored result of it can be read.

    ``as_stored``: captures, code and contracts are those of the stored result, so nothing was run.
    Counts are exact, ``articles`` holds a few examples.
    """

    day: date
    before: DayCounts | None
    after: DayCounts
    as_stored: bool = False
    quarantined: tuple[PageChange, ...] = ()  # and weren't
    not_article: tuple[PageChange, ...] = ()  # and weren't
    accepted: tuple[PageChange, ...] = ()  # valid, and weren't
    other_reasons: tuple[PageChange, ...] = ()  # the same as before, for other reasons
    articles_changed: int = 0
    fields_changed: dict[str, int] = dataclasses.field(default_factory=dict)
    articles: tuple[ChangedArticle, ...] = ()


@dataclass(frozen=True, slots=True)
class MartsPreview:
    """The marts of the stored results beside those with the previewed days.

    ``articles_entering`` and ``articles_leaving`` name the first of them by date; ``difference`` counts all.
    ``withheld_…`` are valid pages that the marts leave out, because a neighbouring day's ticker has a line of
    their body. The columns of these rows are those of ``articles_of_one.sql`` and ``withheld_of_one.sql``.
    ``broken`` are expectations on the marts that would not hold, so that the old release would stay.
    """

    difference: Difference
    articles_entering: list[dict[str, Any]]
    articles_leaving: list[dict[str, Any]]
    withheld_anew: list[dict[str, Any]]
    withheld_no_more: list[dict[str, Any]]
    broken: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of some days. ``marts`` is None when nothing of them changes, or wasn't wanted."""

    first: date
    last: date
    days: tuple[DayPreview, ...]
    marts: MartsPreview | None
    marts_asked: bool
