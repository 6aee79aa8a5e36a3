"""The marts of the stored results beside those with other results of some days, both built in scratch homes.

They are built as a release is, from all loaded days, so neighbouring days' tickers and captures of one
article on other days count. The difference is therefore that of publishing before and after.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from newsmarts.compare.run import compare_files
from newsmarts.core.db import DAMAGE, as_dicts, reading_files, run_sql
from newsmarts.core.partitions import candidate_path, warehouse_path
from newsmarts.core.settings import Settings
from newsmarts.load import run as load
from newsmarts.load import warehouse
from newsmarts.marts import candidate
from newsmarts.marts.audit import failures, run_contracts
from newsmarts.marts.build import update_candidate
from newsmarts.ops.preview.findings import MartsPreview
from newsmarts.ops.preview.scratch import copy_databases

logger = logging.getLogger(__name__)
_HERE = Path(__file__).parent
_MOST_ARTICLES = 1_000


def compare_marts(stored: Settings, rules: Settings, days: Sequence[date], *, examples: int) -> MartsPreview:
    """Load these days' results of both homes, build the marts, hold the new ones to their contracts.

    Args:
        stored: the home with a copy of the stored databases.
        rules: the home with the new results; it gets a copy of those of ``stored``.
        days: days that both sides may load; a rejected one stays as it was.
    """
    _prepare_warehouse(stored)
    _build(stored)
    copy_databases(stored.home, rules.home)
    for day in days:
        load.run(day, rules)
    _build(rules)
    logger.info("The marts with the previewed days are built; they are held to their contracts.")
    findings = run_contracts(rules)
    failed = failures(findings)
    before, after = candidate_path(stored.home), candidate_path(rules.home)
    return MartsPreview(
        difference=compare_files(rules, ("stored", before), ("preview", after), examples=examples),
        articles_entering=_rows_of_one("articles", after, before, rules, most=_MOST_ARTICLES),
        articles_leaving=_rows_of_one("articles", before, after, rules, most=_MOST_ARTICLES),
        withheld_anew=_rows_of_one("withheld", after, before, rules),
        withheld_no_more=_rows_of_one("withheld", before, after, rules),
        broken=tuple(each.summary() for each in failed),
        warnings=tuple(each.summary() for each in findings if not each.passed and each not in failed),
    )


def _prepare_warehouse(settings: Settings) -> None:
    """Make the warehouse from all stored days when there is none, or one of another version."""
    try:
        if warehouse_path(settings.home).exists():
            with warehouse.opened(settings):
                return
    except warehouse.OtherLayout:
        pass
    load.rebuild(settings)


def _build(settings: Settings) -> None:
    """Build the candidate; one that was copied damaged is rebuilt."""
    try:
        update_candidate(settings, rewrite_below=0)
    except DAMAGE:
        candidate.discard(settings)
        update_candidate(settings, rewrite_below=0)


def _rows_of_one(sql: str, one: Path, other: Path, settings: Settings, **limits: int) -> list[dict[str, Any]]:
    """What a query finds in the one file's marts and not in the other's."""
    with reading_files({"one": one, "other": other}, settings) as connection:
        return as_dicts(run_sql(connection, _HERE / f"{sql}_of_one.sql", limits))
