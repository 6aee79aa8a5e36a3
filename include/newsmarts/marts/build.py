"""The build: the release candidate's marts are updated from the warehouse, as far as changed days reach."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import date

import duckdb
import pyarrow as pa

from newsmarts.core.db import transaction
from newsmarts.core.publishers import all_facts
from newsmarts.core.settings import Settings
from newsmarts.core.tags import tag_spellings
from newsmarts.marts import acknowledged, catalogue, identity, revisions
from newsmarts.marts.candidate import apply_comments, open_candidate
from newsmarts.marts.catalogue import make_scope, run_query, write_table
from newsmarts.marts.speakers import speaker_names
from newsmarts.marts.withheld import FOUND, find_leaks

logger = logging.getLogger(__name__)
# What is rewritten, each scope after those that it reads. They read the marts as they were before.
_SCOPES = (
    "scope_captures",
    "scope_days",
    "scope_ticker_items",
    "ticker_days",
    "article_history",
    "scope_dates",
    "scope_months",
    "scope_article_tags",
    "scope_tags",
    "scope_texts",
    "list_days",
    "link_headlines",
    "scope_headlines",
)
_MACROS = ("headline_key", "ticker_item_id")  # expressions that several SELECTs share
# `bench marts`: 100,000 take 650 MiB by themselves, a million at once more than the memory_limit of 1GB.
CAPTURES_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What build did: the days whose content had changed, and what the candidate holds now.

    ``withheld`` counts captures that a neighbouring day's ticker keeps out of the marts. ``released_as`` is
    the current release when it holds the same: there is nothing to audit or to publish.
    """

    days: tuple[date, ...]
    articles: int
    withheld: int
    released_as: str | None = None

    @property
    def changed(self) -> bool:
        """Whether the candidate isn't what it was."""
        return bool(self.days)


def update_candidate(
    settings: Settings, *, rewrite_below: int, captures_at_once: int = CAPTURES_AT_ONCE
) -> BuildResult:
    """Update the candidate's marts from the warehouse. Hold the writer lock.

    Only changed days, and what depends on them, are written; with fewer valid captures than
    ``rewrite_below`` in the warehouse all rows are, which costs little then and keeps every table in the
    order of its key for readers who don't sort. Days go in together, in one transaction, up to
    ``captures_at_once`` of their valid captures; the candidate can't be published until all are in.
    """
    with open_candidate(settings) as connection:
        acknowledged.register(connection, settings.home)
        for macro in _MACROS:
            run_query(connection, macro)
        make_scope(connection, "days_now")
        make_scope(connection, "changed_days", captures_at_once=max(captures_at_once, rewrite_below))
        changed = connection.execute("SELECT capture_day, part FROM changed_days ORDER BY ALL").fetchall()
        if changed:
            apply_comments(connection)
            (captures,) = run_query(connection, "article_captures_count").fetchone() or (0,)
            parts = sorted({part for _, part in changed})
            for number, part in enumerate(parts, start=1):
                if len(parts) > 1:
                    logger.info("Changed days, part %d of %d", number, len(parts))
                with transaction(connection):
                    make_scope(connection, "dirty_days", part=part)
                    _write_days(connection, settings, everything=captures < rewrite_below)
                    run_query(connection, "delete_unfinished" if part == parts[-1] else "insert_unfinished")
                connection.execute("CHECKPOINT news")
        articles, withheld = run_query(connection, "counts").fetchone() or (0, 0)
    return BuildResult(tuple(day for day, _ in changed), int(articles), int(withheld))


def _write_days(connection: duckdb.DuckDBPyConnection, settings: Settings, *, everything: bool) -> None:
    """Find what the dirty days reach, and rewrite it."""
    make_scope(connection, "affected_days", neighbour_days=settings.ticker_neighbour_days)
    make_scope(connection, "refreshed_days", everything=everything)
    _withhold(connection, settings)
    identity.resolve(connection)
    connection.register("tag_spellings", tag_spellings())
    connection.register("speaker_names", speaker_names(settings.contracts_dir))
    connection.register("publisher_facts", pa.Table.from_pylist([asdict(facts) for facts in all_facts()]))
    for name in _SCOPES:
        make_scope(connection, name)
    revisions.find_changes(connection)
    for mart in catalogue.marts():
        write_table(connection, mart)
    write_table(connection, catalogue.meta_tables()["built_days"])
    run_query(connection, "insert_unaudited", everything=everything)


def _withhold(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    affected = [day for (day,) in connection.execute("SELECT capture_day FROM affected_days").fetchall()]
    leaks = list(find_leaks(connection, affected, settings.ticker_neighbour_days, settings.contracts_dir))
    connection.register("found_leaks", pa.Table.from_pylist(leaks, schema=FOUND))
    make_scope(connection, "changed_withheld")
    write_table(connection, catalogue.meta_tables()["withheld"])
    connection.unregister("found_leaks")
