"""Commands that keep the home safe and small, such as ``backup``, ``verify`` and ``maintain``."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsmarts.cli.options import Home, Json, load_settings
from newsmarts.cli.output import print_answer
from newsmarts.cli.progress import shown_progress

if TYPE_CHECKING:
    from newsmarts.ops.upgrade import Outlook

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
    """Copy the home while the pipeline runs.

    Exit code 1 when captured bytes are damaged: the backup has everything else.
    """
    from newsmarts.ops.backup.make import make_backup

    with shown_progress() as progress:
        made = make_backup(load_settings(home=home), to, progress=progress)
    print(made.summary())
    if made.damaged:
        raise typer.Exit(1)


@commands.command(rich_help_panel=_GROUP)
def restore(
    source: Annotated[
        Path,
        typer.Option("--from", metavar="FOLDER", help="A backup, or a folder of them: then its newest."),
    ],
    home: Home = None,
) -> None:
    """Put a backup into an empty home."""
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
            metavar="STEP",
            help="releases, logs, orphaned_raw, leftovers, compaction, verification (default: all).",
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
    print_answer(
        results,
        lambda results: "\n".join(f"{result.step:12}  {result.summary}" for result in results),
        as_json=json,
    )


@commands.command(rich_help_panel=_GROUP)
def verify(home: Home = None, json: Json = False) -> None:
    """Read all that the home holds, and name what is damaged and how to put it right.

    Exit code 1 when something is.
    """
    from newsmarts.ops.verify import verify as verify_home

    with shown_progress() as progress:
        verified = verify_home(load_settings(home=home), progress=progress)
    print_answer(verified, lambda verified: verified.summary(), as_json=json)
    if verified.damages:
        raise typer.Exit(1)


@commands.command(rich_help_panel=_GROUP)
def upgrade_check(home: Home = None, json: Json = False) -> None:
    """Show which days this version would read again."""
    from newsmarts.ops.upgrade import look

    print_answer(look(load_settings(home=home)), render_outlook, as_json=json)


def render_outlook(outlook: Outlook) -> str:
    """What this version makes of a home, as plain text without a last newline."""
    from newsmarts.ops.upgrade import REASONS
    from newsmarts.review.day_state import RunReason

    current = f"{outlook.current} are as this version would make them"
    lines = [f"days with captures: {outlook.days}, of which {current}"]
    lines += [f"  {count} {REASONS[RunReason(reason)]}" for reason, count in outlook.again.items()]
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
