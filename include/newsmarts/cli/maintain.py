"""``newsmarts maintain``: what ``news_maintenance`` does weekly, without Airflow."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

import argparse
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.cli.options import home_option, json_option
from newsmarts.core.settings import load_settings

if TYPE_CHECKING:
    from newsmarts.cli.options import Commands


def add_command(commands: Commands) -> None:
    """Tell the parser of ``newsmarts`` about it."""
    maintain = commands.add_parser("maintain", help="old releases and logs, leftovers, compaction")
    maintain.add_argument(
        "steps",
        nargs="*",
        metavar="STEP",
        help="releases, logs, orphaned_raw, leftovers, compaction (default: all)",
    )
    maintain.add_argument("--dry-run", action="store_true", help="only tell what would be done")
    maintain.add_argument(
        "--logs",
        type=Path,
        metavar="FOLDER",
        help="Airflow's folder of logs (default: AIRFLOW__LOGGING__BASE_LOG_FOLDER)",
    )
    home_option(maintain)
    json_option(maintain)
    maintain.set_defaults(command=_maintain)


def _maintain(arguments: argparse.Namespace) -> int:
    from newsmarts.ops.maintenance.run import maintain

    named = os.environ.get("AIRFLOW__LOGGING__BASE_LOG_FOLDER")
    found = maintain(
        load_settings(home=arguments.home),
        now=datetime.now(UTC),
        logs=arguments.logs or (Path(named) if named else None),
        dry_run=arguments.dry_run,
        steps=arguments.steps,
    )
    if arguments.json:
        print(json.dumps([each.as_dict() for each in found], ensure_ascii=False, indent=2))
    else:
        for each in found:
            print(f"{each.step:12}  {each.told}")
    return 0
