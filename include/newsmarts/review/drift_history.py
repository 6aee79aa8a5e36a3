"""The shares of reasons and of empty fields over the days, by publisher, as validate keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.core.settings import Settings
from newsmarts.review.day_outcomes import KnownDay, Stamp, day_outcomes_of
from newsmarts.validate.drift import Shares, Subject, Thresholds, load_thresholds, read_shares

if TYPE_CHECKING:
    from upath import UPath


@dataclass(frozen=True, slots=True)
class Point:
    """One day of a line: pages with the reason or without the field, of all pages."""

    day: date
    pages: int
    of_pages: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.pages / self.of_pages if self.of_pages else 0.0


@dataclass(frozen=True, slots=True)
class DriftLine:
    """A reason or an empty field of a publisher; ``points`` has a place for each day, None: no pages."""

    subject: Subject
    points: Sequence[Point | None]
    usual: float  # the share over all days before the newest
    is_far_off: bool  # the newest day's share, by the thresholds of drift.toml

    @property
    def newest(self) -> Point:
        """The newest day with pages of the publisher."""
        return next(point for point in reversed(self.points) if point is not None)


@dataclass(frozen=True, slots=True)
class DriftView:
    """The lines of each publisher (with its language, for fields), those that are far off first."""

    period: int
    days: Sequence[date]
    publishers: Mapping[str, Sequence[DriftLine]]


def drift_view(settings: Settings, period: int) -> DriftView:
    """The shares of the newest days with results.

    Raises:
        SettingsError: ``drift.toml`` is missing or malformed.
    """
    thresholds = load_thresholds(settings.contracts_dir)
    known = [each for each in day_outcomes_of(settings.archive).days().values() if each.outcome is not None]
    shares = {each.day: _shares(settings.archive, each) for each in known[-period:]}
    subjects = {subject for of_day in shares.values() for subject in of_day if subject.name}
    publishers: dict[str, list[DriftLine]] = {}
    for subject in sorted(subjects, key=lambda it: (it.publisher, it.kind, it.language or "", it.name)):
        line = _line(subject, shares, thresholds)
        publishers.setdefault(subject.publisher, []).append(line)
    for lines in publishers.values():
        lines.sort(key=lambda line: (not line.is_far_off, -line.newest.share))
    return DriftView(period, list(shares), publishers)


def _line(subject: Subject, shares: Mapping[date, Shares], thresholds: Thresholds) -> DriftLine:
    everything = subject._replace(name="")
    points = [
        Point(day, found.get(subject, (0, 0))[0], found[everything][1]) if everything in found else None
        for day, found in shares.items()
    ]
    with_pages = [point for point in points if point is not None]
    before, newest = with_pages[:-1], with_pages[-1]
    pages = sum(point.of_pages for point in before)
    usual = sum(point.pages for point in before) / pages if pages else newest.share
    can_compare = len(before) >= thresholds.min_days and newest.of_pages >= thresholds.min_pages
    return DriftLine(subject, points, usual, can_compare and thresholds.far_off(newest.share, usual))


def _shares(archive: Path | UPath, known: KnownDay) -> Shares:
    return _read(archive, known.day, known.validated)


@lru_cache(maxsize=800)
def _read(archive: Path | UPath, day: date, _stamp: Stamp | None) -> Shares:
    """A day's shares, read once for each state of its folder."""
    return read_shares(archive, day)
