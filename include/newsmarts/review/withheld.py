"""Read from the published marts which valid captures of a day they leave out, and why."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import duckdb

from newsmarts.core.db import as_dicts, run_sql
from newsmarts.core.errors import MissingPartition
from newsmarts.release.reader import connect
from newsmarts.review.day_results import QuarantinedPage, group_by_page

logger = logging.getLogger(__name__)

_SQL = Path(__file__).parent / "queries" / "withheld_of_day.sql"


def read_withheld(home: Path, day: date) -> tuple[QuarantinedPage, ...]:
    """Captures of a day that were withheld when the current release was built; none without a release."""
    try:
        with connect(home, memory_limit="256MB") as marts:
            rows = as_dicts(run_sql(marts, _SQL, {"day": day}))
    except MissingPartition:
        return ()
    except duckdb.Error as error:
        # The day's own results are worth showing without it.
        logger.warning("the pages of %s that the published marts withhold can't be read: %r", day, str(error))
        return ()
    return tuple(group_by_page(rows))
