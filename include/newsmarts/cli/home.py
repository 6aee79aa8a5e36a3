"""Commands that keep the home safe and small: ``backup``, ``restore``, ``maintain`` and ``upgrade-check``."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from newsmarts.cli.options import Home, Json
from newsmarts.cli.output import print_json
from newsmarts.cli.progress import shown_progress

commands = typer.Typer()
_GROUP = "Home"


@commands.command(rich_help_panel=_GROUP)
def backup(
    to: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="The backup becomes a folder in it; what an earlier one has unchanged is linked.",
        ),
    ],
    home: Home = None,
) -> None:
    """Copy the home while the pipeline runs."""
    from newsmarts.core.settings import load_settings
    from newsmarts.ops.backup.make import make_backup

    with shown_progress() as progress:
        made = make_backup(load_settings(home=home), to, progress=progress)
    print(
        f"{made.folder}: {made.days} days, release {made.release or 'none yet'}, {made.files} files, "
        f"{made.size_bytes / 1e6:.1f} MB, {made.linked} of them shared with the backup before"
    )
    if made.archive_url is not None:
        print(f"raw/ and staged/ are in {made.archive_url} and not in the backup: keep that store safe.")


@commands.command(rich_help_panel=_GROUP)
def restore(
    source: Annotated[
        Path,
        typer.Option("--from", metavar="FOLDER", help="A backup, or a folder of them: then its newest."),
    ],
    home: Home = None,
) -> None:
    """Put a backup into an empty home."""
    from newsmarts.core.settings import load_settings
    from newsmarts.ops.backup.restore import restore as restore_backup

    settings = load_settings(home=home)
    with shown_progress() as progress:
        folder = restore_backup(settings, source, progress=progress)
    print(f"{folder} is restored in {settings.home}")


@commands.command(rich_help_panel=_GROUP)
def maintain(
    steps: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STEP", help="releases, logs, orphaned_raw, leftovers, compaction (default: all)."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report what would be done.")] = False,
    logs: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            envvar="AIRFLOW__LOGGING__BASE_LOG_FOLDER",
            help="Airflow's folder of logs.",
        ),
    ] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Remove old releases, logs and leftovers; compact databases: what news_maintenance does weekly."""
    from newsmarts.core.settings import load_settings
    from newsmarts.ops.maintenance.run import maintain as maintain_home

    with shown_progress() as progress:
        results = maintain_home(
            load_settings(home=home),
            now=datetime.now(UTC),
            logs=logs,
            dry_run=dry_run,
            steps=steps or [],
            progress=progress,
        )
    if json:
        print_json(results)
    else:
        for result in results:
            print(f"{result.step:12}  {result.summary}")


@commands.command(rich_help_panel=_GROUP)
def upgrade_check(home: Home = None, json: Json = False) -> None:
    """Show which days this version would read again."""
    from newsmarts.cli.render.upgrade import render
    from newsmarts.core.settings import load_settings
    from newsmarts.ops.upgrade import look

    outlook = look(load_settings(home=home))
    if json:
        print_json(outlook)
    else:
        print(render(outlook))
