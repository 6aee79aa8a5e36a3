"""The command ``upgrade-check``: what a new version makes of a home."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from newsmarts.cli.options import home_option, json_option
from newsmarts.core.settings import load_settings

if TYPE_CHECKING:
    from newsmarts.ops.upgrade import Outlook

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_command(commands: Commands) -> None:
    """Tell the parser of ``newsmarts`` about it."""
    check = commands.add_parser("upgrade-check", help="which days this version would read anew")
    home_option(check)
    json_option(check)
    check.set_defaults(command=_check)


def render(outlook: Outlook) -> str:
    """What there is to say, for a terminal."""
    from newsmarts.ops.upgrade import REASONS

    lines = [f"days landed: {outlook.days}, of which {outlook.current} are as this version would make them"]
    lines += [f"  {count} {REASONS[reason]}" for reason, count in outlook.again.items()]
    if outlook.first_again is not None:
        lines.append(
            "  Days already loaded stay as they are until they are run again: backfill "
            f"{outlook.first_again} to {outlook.last_again}. `newsmarts preview` shows what that "
            "would change."
        )
    if outlook.unreadable:
        days = ", ".join(str(day) for day in outlook.unreadable[:5])
        more = f" and {len(outlook.unreadable) - 5} more" if len(outlook.unreadable) > 5 else ""
        lines.append(f"  This version can't load the stored results of {days}{more}: run these days again.")
    return "\n".join([*lines, f"warehouse: {outlook.warehouse}", f"marts: {outlook.marts}"])


def _check(arguments: argparse.Namespace) -> int:
    from newsmarts.ops.upgrade import look

    outlook = look(load_settings(home=arguments.home))
    print(json.dumps(outlook.as_dict(), indent=2) if arguments.json else render(outlook))
    return 0
