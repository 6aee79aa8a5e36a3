"""The ticker contract across neighbouring days: captures that the marts withhold.

Validate compares a body with the ticker lines of its own capture day. A line that was not recognised there
may be known from a day before or after; so the build compares it again, with the lines of
``ticker_neighbour_days`` on each side. The result depends on what is loaded, not on when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path

import duckdb
import pyarrow as pa

from newsmarts.core.leak_rule import LeakRule, body_leak_rule
from newsmarts.core.ticker import TickerIndex
from newsmarts.marts.catalogue import run_query

REASON_CODE = "ticker_in_body"
EXPECTATION = "no_ticker_line_of_neighbouring_days_in_body"
_BATCH = 500  # bodies in memory at a time
_DETAIL_CHARS = 300
FOUND = pa.schema(
    [
        pa.field("capture_day", pa.date32()),
        pa.field("capture_id", pa.string()),
        pa.field("reason_code", pa.string()),
        pa.field("expectation", pa.string()),
        pa.field("detail", pa.string()),
    ]
)


def find_leaks(
    connection: duckdb.DuckDBPyConnection, days: list[date], neighbour_days: int, contracts_dir: Path
) -> Iterator[dict[str, object]]:
    """Look for ticker lines in the bodies of these days, each with its own neighbours' lines.

    Gives a row of ``meta.withheld`` for each capture whose body holds one, by the rule of its publisher's
    contract.

    Raises:
        SettingsError: a contract is missing or malformed.
    """
    rule_of = cache(partial(body_leak_rule, contracts_dir))
    reach = timedelta(days=neighbour_days)
    lines_of: dict[date, frozenset[str]] = {}
    for day in sorted(days):
        window = [day + timedelta(days=offset) for offset in range(-neighbour_days, neighbour_days + 1)]
        for near in window:
            if near not in lines_of:
                rows = run_query(connection, "ticker_lines", day=near).fetchall()
                lines_of[near] = frozenset(line for (line,) in rows)
        lines_of = {near: lines for near, lines in lines_of.items() if near >= day - reach}
        lines = [line for near in window for line in lines_of[near]]
        if lines:
            yield from _leaks_of_day(connection, day, lines, rule_of)


def _leaks_of_day(
    connection: duckdb.DuckDBPyConnection,
    day: date,
    ticker: list[str],
    rule_of: Callable[[str], LeakRule | None],
) -> Iterator[dict[str, object]]:
    index_of = cache(partial(TickerIndex, ticker))
    bodies = run_query(connection.cursor(), "body_lines", day=day)
    while batch := bodies.fetchmany(_BATCH):
        for publisher, capture_id, lines in batch:
            rule = rule_of(publisher)
            if rule is None:
                continue
            leak = index_of(rule).first_leak([line for line in lines if line])
            if leak is None:
                continue
            shown = " ".join(leak.split())
            if len(shown) > _DETAIL_CHARS:
                shown = shown[: _DETAIL_CHARS - 1] + "…"
            yield {
                "capture_day": day,
                "capture_id": capture_id,
                "reason_code": REASON_CODE,
                "expectation": EXPECTATION,
                "detail": f"The body holds a ticker line of this or a neighbouring day: {shown!r}",
            }
