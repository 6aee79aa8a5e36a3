"""Commands that keep the home safe: ``backup`` and ``restore``."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.cli.options import home_option
from newsmarts.core.settings import load_settings

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    """Tell the parser of ``newsmarts`` about them."""
    backup = commands.add_parser("backup", help="copy the home while the pipeline runs")
    backup.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="the backup becomes a folder in it; what an earlier one has unchanged is linked",
    )
    home_option(backup)
    backup.set_defaults(command=_backup)

    restore = commands.add_parser("restore", help="put a backup into an empty home")
    restore.add_argument(
        "--from",
        dest="source",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="a backup, or a folder of them: then its newest",
    )
    home_option(restore)
    restore.set_defaults(command=_restore)


def _backup(arguments: argparse.Namespace) -> int:
    from newsmarts.ops.backup.make import make_backup

    made = make_backup(load_settings(home=arguments.home), arguments.to)
    print(
        f"{made.folder}: {made.days} days, release {made.release or 'none yet'}, {made.files} files, "
        f"{made.size_bytes / 1e6:.1f} MB, {made.linked} of them shared with the backup before"
    )
    if made.archive_url is not None:
        print(f"raw/ and staged/ are in {made.archive_url} and not in the backup: keep that store safe.")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from newsmarts.ops.backup.restore import restore

    settings = load_settings(home=arguments.home)
    print(f"{restore(settings, arguments.source)} is restored in {settings.home}")
    return 0
