"""What the rules and contracts of now would make of stored days: the package's entry."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from newsmarts.core.errors import MissingPartition
from newsmarts.core.partitions import partition_days
from newsmarts.core.progress import SILENT, Progress
from newsmarts.core.settings import Settings
from newsmarts.ops.preview.days import Results, compare_day, read_results
from newsmarts.ops.preview.findings import DayPreview, Preview
from newsmarts.ops.preview.marts import compare_marts
from newsmarts.ops.preview.scratch import home_of_rules, home_of_stored, scratch_folder
from newsmarts.parse.run import run as parse
from newsmarts.review.day_results import landed_captures
from newsmarts.review.day_state import stored_reason
from newsmarts.validate.run import run as validate

logger = logging.getLogger(__name__)
EXAMPLES = 3


def preview(
    settings: Settings,
    days: Sequence[date],
    *,
    marts: bool = True,
    examples: int = EXAMPLES,
    progress: Progress = SILENT,
) -> Preview:
    """Parse and validate the stored captures of these days again, and compare with the stored results.

    Nothing stored is changed: results go to a temporary folder, and with ``marts`` copies of the warehouse
    and of the release candidate as well (TMPDIR names where). Days whose captures, code and contracts are
    those of their stored results aren't run again.

    Args:
        days: in order; those that nothing was landed of are left out.
        examples: changed articles shown of each day, and changed rows of each mart.

    Raises:
        MissingPartition: nothing was landed of any of the days.
        SettingsError: a contract is missing or broken.
        LockTimeout: a writer held the warehouse too long.
    """
    first, last = days[0], days[-1]
    landed = [
        day
        for day in partition_days(settings.archive, "manifest")
        if first <= day <= last and landed_captures(settings.archive, day)
    ]
    if not landed:
        raise MissingPartition(
            f"Nothing was landed of {first} to {last}, so there is nothing to preview. "
            "Land these days first, or name others."
        )
    with scratch_folder() as folder:
        progress.plan(len(landed) + marts)
        other = [day for day in landed if stored_reason(day, settings) is not None]
        rules = home_of_rules(settings, folder, other)
        found = []
        for day in landed:
            progress.start(day.isoformat())
            found.append(_day(day, settings, rules, examples) if day in other else _as_stored(day, settings))
            progress.finish("as stored" if found[-1].as_stored else f"{found[-1].after.captures:,} captures")
        accepted = [each.day for each in found if not each.as_stored and each.after.refusal is None]
        compared = None
        if marts:
            progress.start("marts")
        if marts and accepted:
            compared = compare_marts(home_of_stored(settings, folder), rules, accepted, examples=examples)
        if marts:
            progress.finish()
    return Preview(first, last, tuple(found), compared, marts)


def _day(day: date, settings: Settings, rules: Settings, examples: int) -> DayPreview:
    parse(day, rules)
    if validate(day, rules).refusal is not None:
        logger.info("%s would be refused as a whole.", day)
    after = read_results(rules, day)
    if after is None:
        raise AssertionError(f"unreachable: {day} was just validated")
    return compare_day(day, read_results(settings, day), after, examples=examples)


def _as_stored(day: date, settings: Settings) -> DayPreview:
    results: Results | None = read_results(settings, day)
    if results is None:
        raise MissingPartition(f"The results of {day} went away meanwhile. Preview it again.")
    return DayPreview(day, results.counts, results.counts, as_stored=True)
