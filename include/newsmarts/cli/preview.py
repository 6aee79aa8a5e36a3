"""``newsmarts preview``: what a changed rule or contract would do, before anything is replaced."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.cli.options import days_between, home_option, json_option, progress_bar
from newsmarts.core.settings import load_settings

if TYPE_CHECKING:
    from newsmarts.cli.options import Commands


def add_command(commands: Commands) -> None:
    """Tell the parser of ``newsmarts`` about it."""
    preview = commands.add_parser(
        "preview", help="what the rules and contracts of now would change in stored days"
    )
    preview.add_argument("--from", dest="first", required=True, metavar="DAY", help="as 2025-09-01")
    preview.add_argument("--to", dest="last", metavar="DAY", help="last day (default: the first)")
    preview.add_argument(
        "--contracts-dir", type=Path, metavar="FOLDER", help="contracts to try (default: NEWS_CONTRACTS_DIR)"
    )
    preview.add_argument(
        "--no-marts",
        action="store_true",
        help="compare days only: quicker, and without a copy of the warehouse",
    )
    preview.add_argument(
        "--examples", type=int, default=3, metavar="N", help="changed articles shown of a day (default: 3)"
    )
    home_option(preview)
    json_option(preview)
    preview.set_defaults(command=_preview)


def _preview(arguments: argparse.Namespace) -> int:
    from newsmarts.ops.preview.render import render
    from newsmarts.ops.preview.run import preview

    settings = load_settings(home=arguments.home, contracts_dir=arguments.contracts_dir)
    days = days_between(arguments.first, arguments.last, names=("--from", "--to"))
    found = preview(
        settings,
        days,
        marts=not arguments.no_marts,
        examples=max(arguments.examples, 0),
        progress=progress_bar(),
    )
    print(json.dumps(found.as_dict(), ensure_ascii=False, indent=2) if arguments.json else render(found))
    return 0
