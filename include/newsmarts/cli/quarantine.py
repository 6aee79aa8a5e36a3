"""Commands on pages in quarantine: list them, acknowledge them."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from newsmarts.cli.options import Home, Json, day_option, reader_settings
from newsmarts.cli.output import print_answer
from newsmarts.core.errors import UsageError

if TYPE_CHECKING:
    from newsmarts.review.day_results import Reason

commands = typer.Typer()
_GROUP = "Quarantine"


@commands.command(rich_help_panel=_GROUP)
def quarantine(
    *,
    reason: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only for this reason, as missing_byline.")
    ] = None,
    publisher: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only of this publisher, as al_mayadeen.")
    ] = None,
    stage: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only by this stage: land, parse, validate or publish.")
    ] = None,
    day: Annotated[date | None, day_option("Only of this capture day, as 2025-09-01.")] = None,
    state: Annotated[
        Literal["open", "replaced", "acknowledged", "all", "not_article"],
        typer.Option(
            help="Only pages in this state; replaced: open, and in the marts by another capture; "
            "not_article: not in quarantine."
        ),
    ] = "open",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Pages to show.")] = 50,
    home: Home = None,
    json: Json = False,
) -> None:
    """List the pages in quarantine and why they are there."""
    from newsmarts.review.quarantine import Filters, open_quarantine

    with open_quarantine(reader_settings(home)) as opened:
        reasons, total = opened.chosen(Filters(reason, publisher, day, stage, state), page_size=limit)
    print_answer(reasons, lambda reasons: _render(reasons, total), as_json=json)


def _render(reasons: Sequence[Reason], total: int) -> str:
    from newsmarts.core.text import counted, visible
    from newsmarts.review.day_results import group_by_page

    pages = list(group_by_page(reasons))
    lines = []
    for page in pages:
        first = page.reasons[0]
        replaced = f"  (replaced by {first.replaced_by})" if first.replaced_by else ""
        lines.append(f"{first.capture_id}  {visible(first.source_path)}{replaced}")
        for reason in page.reasons:
            stage = f"{reason.stage}: " if reason.stage else ""
            lines.append(visible(f"    {stage}{reason.reason_code}. {reason.detail}"))
            if reason.acknowledged_at is not None:
                who = f"{reason.acknowledged_by}, {reason.acknowledged_at:%Y-%m-%d}"
                lines.append(visible(f"        acknowledged by {who}: {reason.acknowledged_reason}"))
    lines.append(f"{len(pages)} of {counted(total, 'page')}" if total else "Nothing there.")
    return "\n".join(lines)


@commands.command(rich_help_panel=_GROUP)
def acknowledge(
    captures: Annotated[
        list[str] | None,
        typer.Argument(metavar="CAPTURE_ID", help="As quarantine lists them.", show_default=False),
    ] = None,
    *,
    day: Annotated[date | None, day_option("All pages of this capture day, as 2025-09-01.")] = None,
    why: Annotated[str, typer.Option(metavar="TEXT", help="Why they may stay out.")] = "",
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who decides it (default: your user name).")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Open them again.")] = False,
    home: Home = None,
) -> None:
    """Acknowledge that pages in quarantine were seen and stay out, or undo that.

    A day that was refused is accepted by its next run when too few of the other pages are bad.
    """
    from newsmarts.core import acknowledgements
    from newsmarts.core.text import counted
    from newsmarts.review.quarantine import Filters, entry_of, open_quarantine

    named = set(captures or ())
    if bool(named) == (day is not None):
        raise UsageError("Name captures, or a day with --day.")
    settings = reader_settings(home)
    with open_quarantine(settings) as opened:
        if day is None:
            found = opened.of_captures(sorted(named))
        else:
            found, _ = opened.chosen(Filters(day=day, state="all"), page_size=acknowledgements.MAX_REASONS)
    unknown = named - {reason.capture_id for reason in found}
    if unknown:
        raise UsageError(f"Not in quarantine: {', '.join(sorted(unknown))}. The command quarantine lists it.")
    chosen = [reason for reason in found if (reason.acknowledged_at is not None) == undo]
    if not chosen:
        raise UsageError(f"{'None' if undo or not found else 'All'} of that is acknowledged.")
    record = acknowledgements.record_decision(
        "undone" if undo else "acknowledged",
        settings,
        [entry_of(reason) for reason in chosen],
        by=by or getpass.getuser(),
        at=datetime.now(UTC),
        reason=why,
    )
    reasons = counted(len(record.entries), "reason")
    print(
        f"{record.decision} by {record.by}: {reasons}. The marts show it when they are built again; a "
        "refused day is decided again by its next run."
    )
