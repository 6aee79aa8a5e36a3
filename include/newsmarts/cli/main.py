"""The command line: ``parse``, ``show`` and ``run``; the other cli_*.py files have the other commands.

Exit codes: 0 the command worked (rows in quarantine are part of working), 1 it failed, 2 bad usage.
Answers go to standard output, progress and errors to standard error.
"""

from __future__ import annotations

import argparse
import errno
import io
import json
import logging
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from newsmarts.cli import backup as cli_backup
from newsmarts.cli import maintain as cli_maintain
from newsmarts.cli import marts as cli_marts
from newsmarts.cli import preview as cli_preview
from newsmarts.cli import quarantine as cli_quarantine
from newsmarts.cli import rebuild as cli_rebuild
from newsmarts.cli import search as cli_search
from newsmarts.cli import upgrade as cli_upgrade
from newsmarts.cli.options import days_between, home_option, json_option, progress_bar
from newsmarts.cli.terminal import tell_error
from newsmarts.core.errors import CaptureError, NewsError, UsageError
from newsmarts.core.settings import load_settings

_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a file name that is no UTF-8 becomes \udcXX, which JSON reads back as the same name
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.INFO if arguments.verbose else logging.ERROR, format="%(levelname)s %(message)s"
    )
    try:
        return int(arguments.command(arguments))
    except NewsError as error:
        return tell_error(error)
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise
        print(
            f"error: {error}. Make room, or mend the disk or its permissions, then give the command again: "
            "what was finished is kept.",
            file=sys.stderr,
        )
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="newsmarts",
        description="Captured news pages in, trustworthy DuckDB marts out.",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="tell each stage's story on the way")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    parse = commands.add_parser("parse", help="read captures, print one JSON object a line")
    parse.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parse.set_defaults(command=_parse)

    show = commands.add_parser("show", help="look at one capture: its blocks, its record, its contract")
    show.add_argument("file", type=Path, metavar="FILE")
    show.add_argument(
        "-o", "--out", metavar="OUT.html", help='write the page there ("-": standard output), open no browser'
    )
    show.add_argument(
        "--no-contracts", action="store_true", help="don't ask the contracts, which takes seconds"
    )
    home_option(show)
    show.set_defaults(command=_show)

    run = commands.add_parser("run", help="land to publish over every day that there are captures of")
    run.add_argument("--inbox", type=Path, help="folder of captures (default: <home>/inbox)")
    run.add_argument(
        "--feed",
        action="append",
        default=[],
        metavar="NAME",
        help="land this feed of config/feeds.toml only; may be given several times (default: all enabled)",
    )
    run.add_argument(
        "--from-date",
        metavar="DAY",
        help="first day to run, as 2025-09-01 (default: the days of local feeds)",
    )
    run.add_argument("--to-date", metavar="DAY", help="last day to run (default: the first)")
    home_option(run)
    json_option(run)
    run.set_defaults(command=_run)

    cli_marts.add_commands(commands)
    cli_search.add_command(commands)
    cli_quarantine.add_commands(commands)
    cli_preview.add_command(commands)
    cli_maintain.add_command(commands)
    cli_rebuild.add_command(commands)
    cli_backup.add_commands(commands)
    cli_upgrade.add_command(commands)
    return parser


def _parse(arguments: argparse.Namespace) -> int:
    from newsmarts.parse.run import parse_file  # noqa: PLC0415 - keeps --help quick

    missing = [str(path) for path in arguments.files if not path.is_file()]
    if missing:
        raise UsageError(f"No such file: {', '.join(missing)}. Give the paths of saved pages.")
    settings = load_settings()
    for path in arguments.files:
        answer: dict[str, Any] = {"file": str(path)}
        try:
            answer["article"] = parse_file(path, settings=settings).to_record()
        except CaptureError as error:
            answer["quarantine"] = {"reason_code": error.reason_code, "detail": error.detail}
        print(json.dumps(answer, ensure_ascii=False))
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from newsmarts.show.command import show  # noqa: PLC0415 - imports the parser

    settings = load_settings(home=arguments.home)
    show(arguments.file, settings, out=arguments.out, contracts=not arguments.no_contracts)
    return 0


def _run(arguments: argparse.Namespace) -> int:
    from newsmarts.cli.terminal import render_summary  # noqa: PLC0415
    from newsmarts.pipeline import run  # noqa: PLC0415 - imports every stage
    from newsmarts.release.summary import read_summary  # noqa: PLC0415

    settings = load_settings(home=arguments.home, inbox=arguments.inbox)
    result = run(settings, progress=progress_bar(), feeds=arguments.feed, days=_days(arguments))
    summary = read_summary(settings.home)
    if arguments.json:
        answer = summary.as_dict() | {
            "run": {
                "days": [day.isoformat() for day in result.days],
                "failed_days": {day.isoformat(): why for day, why in result.failed_days.items()},
                "failed_feeds": result.failed_feeds,
                "waiting": list(result.waiting),
                "published": result.published,
            }
        }
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print(render_summary(summary, settings.home))
        for source_path in result.waiting:
            print(f"still being written, left for the next run: {source_path!r}")
    for day, why in result.failed_days.items():
        print(f"error: {day} is not loaded: {why}", file=sys.stderr)
    for feed, why in result.failed_feeds.items():
        print(f"error: feed {feed} failed, last on {why}", file=sys.stderr)
    return 1 if result.failed_days or result.failed_feeds else 0


def _days(arguments: argparse.Namespace) -> list[date] | None:
    """The days that were asked for; None when none were."""
    if arguments.from_date is None:
        if arguments.to_date is not None:
            raise UsageError("--to-date needs --from-date as well.")
        return None
    return days_between(arguments.from_date, arguments.to_date, names=("--from-date", "--to-date"))
