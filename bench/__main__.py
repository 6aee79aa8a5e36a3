"""``python -m bench``: the Markdown goes to standard output, progress to standard error."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bench import feeds, marts, pages, pipeline, report, scheduler, search
from bench.machine import this_machine
from bench.processes import ChildFailed
from bench.readers import READERS

SECTIONS = ("pages", "feeds", "run", "marts", "search", "airflow")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the results and store them.

    Exit codes: 0 measured, 1 something that was measured failed, 2 bad usage, 130 stopped.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is measured is stopped with us
    try:
        return _measure(arguments)
    except KeyboardInterrupt:
        print("Stopped; finished sections are stored.", file=sys.stderr)
        return 130


def _measure(arguments: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure side by side, in one run.")
    parser.add_argument(
        "sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)} (default: all)"
    )
    parser.add_argument("--quick", action="store_true", help="fewer pages, one round: does it work at all?")
    parser.add_argument("--rounds", type=int, help="of pages")
    parser.add_argument("--readers", help="of pages, comma-separated: " + ",".join(r.name for r in READERS))
    parser.add_argument(
        "--sizes",
        type=lambda text: tuple(int(size) for size in text.split(",")),
        help="of marts and search, comma-separated: captures, and articles",
    )
    parser.add_argument(
        "--days",
        type=int,
        help="of airflow's backfill, in an archive of 10,000 pages a year (365: all of it)",
    )
    options = parser.parse_args(arguments)
    wanted = options.sections or list(SECTIONS)
    if unknown := set(wanted) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    names = options.readers.split(",") if options.readers else [reader.name for reader in READERS]
    if unknown := set(names) - {reader.name for reader in READERS}:
        parser.error(f"no such reader: {', '.join(sorted(unknown))}")

    quick = options.quick
    effort = pages.QUICK if quick else pages.FULL
    if options.rounds:
        effort = replace(effort, rounds=options.rounds)
    readers = [reader for reader in READERS if reader.name in names]
    measurements: dict[str, Callable[[], dict[str, Any]]] = {
        "pages": lambda: pages.measure_pages(effort, readers),
        "feeds": lambda: feeds.measure_feeds(feeds.QUICK if quick else feeds.FULL),
        "run": lambda: pipeline.measure_run(pipeline.QUICK if quick else pipeline.FULL),
        "marts": lambda: marts.measure_marts(options.sizes or (marts.QUICK if quick else marts.FULL)),
        "search": lambda: search.measure_search(options.sizes or (search.QUICK if quick else search.FULL)),
        "airflow": lambda: scheduler.measure_airflow(
            scheduler.backfill_of(options.days)
            if options.days
            else (scheduler.QUICK if quick else scheduler.FULL)
        ),
    }
    measured: dict[str, dict[str, Any]] = {}
    failed = False
    for name in SECTIONS:
        if name not in wanted:
            continue
        print(f"bench {name}", file=sys.stderr)
        machine = this_machine()
        facts = {"machine": machine.as_dict(), "machine_line": machine.line()}
        try:
            section = measurements[name]()
        except ChildFailed as error:
            print(f"error: {error}", file=sys.stderr)
            failed = True
            continue
        measured[name] = {"measured_on": f"{datetime.now(UTC):%Y-%m-%d}", "quick": quick, **facts, **section}
        report.save(measured)
    print(report.render(measured), end="")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
