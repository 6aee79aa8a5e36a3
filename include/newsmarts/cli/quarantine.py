"""The commands ``quarantine`` and ``acknowledge``: what was turned away, and what a person decides."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

import argparse
import dataclasses
import getpass
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsmarts.cli.options import home_option, json_option
from newsmarts.core.errors import UsageError
from newsmarts.core.partitions import parse_day
from newsmarts.core.settings import load_settings

if TYPE_CHECKING:
    from newsmarts.desk.quarantine.source import Reason

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    """Tell the parser of ``newsmarts`` about them."""
    quarantine = commands.add_parser("quarantine", help="what was turned away, and why")
    quarantine.add_argument("--reason", metavar="CODE", help="only for this reason, as missing_byline")
    quarantine.add_argument("--publisher", help="only of this publisher, as al_mayadeen")
    quarantine.add_argument("--stage", help="only by this stage: land, parse, validate or publish")
    quarantine.add_argument("--day", help="only of this capture day, as 2025-09-01")
    quarantine.add_argument("--state", choices=("open", "acknowledged", "all"), default="open")
    quarantine.add_argument("--limit", type=int, default=50, help="pages to show (default: %(default)s)")
    home_option(quarantine)
    json_option(quarantine)
    quarantine.set_defaults(command=_quarantine)

    acknowledge = commands.add_parser(
        "acknowledge", help="say that pages in quarantine have been seen and stay out, or take that back"
    )
    acknowledge.add_argument("captures", nargs="+", metavar="CAPTURE_ID", help="as quarantine lists them")
    acknowledge.add_argument("--why", default="", metavar="TEXT", help="why they may stay out")
    acknowledge.add_argument("--by", metavar="NAME", help="who decides it (default: your user name)")
    acknowledge.add_argument("--undo", action="store_true", help="they are open again")
    home_option(acknowledge)
    acknowledge.set_defaults(command=_acknowledge)


def _quarantine(arguments: argparse.Namespace) -> int:
    from newsmarts.desk.quarantine.source import Filters, open_quarantine
    from newsmarts.desk.quarantine.views import lines_of

    if not 1 <= arguments.limit <= 100_000:
        raise UsageError(f"not a limit: {arguments.limit}. Give a number from 1 to 100000.")
    filters = Filters(
        arguments.reason,
        arguments.publisher,
        parse_day(arguments.day) if arguments.day else None,
        arguments.stage,
        arguments.state,
    )
    with open_quarantine(load_settings(home=arguments.home)) as opened:
        reasons, total = opened.chosen(filters, page_size=arguments.limit)
    if arguments.json:
        print(json.dumps([dataclasses.asdict(reason) for reason in reasons], ensure_ascii=False, default=str))
        return 0
    lines = lines_of(reasons)
    for line in lines:
        _show(line.reasons)
    print(f"{len(lines)} of {total} pages" if total else "Nothing there.")
    return 0


def _show(reasons: Sequence[Reason]) -> None:
    from newsmarts.core.text import visible

    first = reasons[0]
    print(f"{first.capture_id}  {visible(first.source_path)}")
    for reason in reasons:
        print(f"    {visible(reason.stage)}: {visible(reason.reason_code)}. {visible(reason.detail)}")
        if reason.acknowledged_at is not None:
            who = f"{reason.acknowledged_by}, {reason.acknowledged_at:%Y-%m-%d}"
            print(f"        acknowledged by {visible(who)}: {visible(reason.acknowledged_reason)}")


def _acknowledge(arguments: argparse.Namespace) -> int:
    from newsmarts.core import acknowledgements
    from newsmarts.desk.quarantine.source import open_quarantine
    from newsmarts.desk.quarantine.views import entry_of

    settings = load_settings(home=arguments.home)
    with open_quarantine(settings) as opened:
        found = opened.of_captures(sorted(set(arguments.captures)))
    unknown = set(arguments.captures) - {reason.capture_id for reason in found}
    if unknown:
        raise UsageError(f"Not in quarantine: {', '.join(sorted(unknown))}. The command quarantine lists it.")
    chosen = [reason for reason in found if (reason.acknowledged_at is not None) == arguments.undo]
    if not chosen:
        raise UsageError(f"{'None' if arguments.undo else 'All'} of that is acknowledged.")
    decide = acknowledgements.undo if arguments.undo else acknowledgements.acknowledge
    record = decide(
        settings,
        [entry_of(reason) for reason in chosen],
        by=arguments.by or getpass.getuser(),
        at=datetime.now(UTC),
        reason=arguments.why,
    )
    reasons = "1 reason" if len(record.entries) == 1 else f"{len(record.entries)} reasons"
    print(f"{record.decision} by {record.by}: {reasons}. The marts show it when they are built again.")
    return 0
