"""``python -m bench``: the Markdown goes to standard output, progress to standard error."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from bench import report
from bench.machine import machine_facts
from bench.processes import ChildFailed
from bench.readers import READERS

# each section's module, imported when it is wanted: the process that measures must stay small
SECTIONS = {
    "pages": "pages",
    "feeds": "feeds",
    "pipeline": "pipeline",
    "marts": "marts",
    "search": "search",
    "airflow": "scheduler",
}
# the beginnings of variables that would change what is measured
_PRIVATE = ("NEWS_", "AIRFLOW", "PYTHONPATH", "VIRTUAL_ENV", "MAKE", "MFLAGS")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the results and store them.

    Exit codes: 0 measured, 1 something that was measured failed, 2 bad usage, 130 stopped.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is measured is stopped with us
    try:
        return _measure(_options(arguments))
    except KeyboardInterrupt:
        print("Stopped; finished sections are stored.", file=sys.stderr)
        return 130


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [reader.name for reader in READERS]
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure side by side, in one run.")
    parser.add_argument(
        "sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)} (default: all)"
    )
    parser.add_argument("--quick", action="store_true", help="fewer pages, one round: does it work at all?")
    parser.add_argument(
        "--readers", default=names, type=lambda text: text.split(","), help=f"of pages: {','.join(names)}"
    )
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
    parser.add_argument(
        "--against", metavar="REV", help="of pipeline: measure this revision of the project as well"
    )
    options = parser.parse_args(arguments)
    for given, known, what in ((options.sections, SECTIONS, "section"), (options.readers, names, "reader")):
        if unknown := set(given) - set(known):
            parser.error(f"no such {what}: {', '.join(sorted(unknown))}")
    return options


def _measure(options: argparse.Namespace) -> int:
    for name in [name for name in os.environ if name.startswith(_PRIVATE)]:
        del os.environ[name]
    measured: dict[str, dict[str, Any]] = {}
    failed = False
    for name, module in SECTIONS.items():
        if options.sections and name not in options.sections:
            continue
        print(f"bench {name}", file=sys.stderr)
        facts = {"quick": options.quick, "machine": machine_facts()}
        try:
            section = import_module(f"bench.{module}").measure_section(options)
        except ChildFailed as error:
            print(f"error: {error}", file=sys.stderr)
            failed = True
            continue
        measured[name] = {"measured_on": f"{datetime.now(UTC):%Y-%m-%d}", **facts, **section}
        report.save(measured)
    print(report.render(measured), end="")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
