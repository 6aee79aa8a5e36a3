"""The command ``rebuild``: a new warehouse from staged days."""

# ruff: noqa: PLC0415 (what a command needs is imported when it runs: --help stays quick)

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from newsmarts.cli.options import home_option, json_option
from newsmarts.core.settings import load_settings

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_command(commands: Commands) -> None:
    """Add the command."""
    rebuild = commands.add_parser(
        "rebuild", help="make a damaged warehouse anew from staged days; the old one is set aside"
    )
    rebuild.add_argument(
        "--leave-out",
        action="store_true",
        help="go on without days that the old warehouse or the release has, and staged/validated hasn't",
    )
    home_option(rebuild)
    json_option(rebuild)
    rebuild.set_defaults(command=_rebuild)


def _rebuild(arguments: argparse.Namespace) -> int:
    from newsmarts.load.run import rebuild

    result = rebuild(load_settings(home=arguments.home), leave_out=arguments.leave_out)
    aside = str(result.set_aside) if result.set_aside else None
    if arguments.json:
        days, left_out = ([day.isoformat() for day in each] for each in (result.days, result.left_out))
        print(json.dumps({"days": days, "left_out": left_out, "set_aside": aside}, indent=2))
        return 0
    span = f", {result.days[0]} to {result.days[-1]}" if result.days else ""
    print(f"The warehouse holds {len(result.days)} days{span}.")
    if result.left_out:
        print(f"Left out: {', '.join(map(str, result.left_out))}")
    if aside:
        print(f"The old one is in {aside}; remove it when you no longer want to look into it.")
    print("Next: newsmarts run, or trigger the DAG news_marts.")
    return 0
