"""Commands that run stages: ``run``, ``docs``, ``preview`` and ``rebuild``."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsmarts.cli.options import Home, Json, day_option, days_between, load_settings, parse_day
from newsmarts.cli.output import print_answer, to_json
from newsmarts.cli.progress import shown_progress
from newsmarts.core.errors import UsageError

if TYPE_CHECKING:
    from newsmarts.load.run import RebuildResult

commands = typer.Typer()
_GROUP = "Pipeline"


@commands.command(rich_help_panel=_GROUP)
def run(
    *,
    inbox: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder of captures (default: <home>/inbox)."),
    ] = None,
    feed: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Land this feed of config/feeds.toml only; may be repeated (default: all enabled).",
        ),
    ] = None,
    from_date: Annotated[
        date | None,
        day_option("First day to run, as 2025-09-01 (default: the days of local feeds)."),
    ] = None,
    to_date: Annotated[date | None, day_option("Last day to run (default: the first).")] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Processes that work on days side by side (default: the cores there are).",
        ),
    ] = None,
    timings: Annotated[
        bool, typer.Option("--timings", help="Also print what each stage cost: times, memory, ms a page.")
    ] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Run all stages, land to publish, over every day that there are captures of."""
    from newsmarts.core.cores import available_cores
    from newsmarts.core.workers import OF_A_RUN, start_server

    if from_date is None and to_date is not None:
        raise UsageError("--to-date needs --from-date as well.")
    days = days_between(from_date, to_date, names=("--from-date", "--to-date")) if from_date else None
    settings = load_settings(home=home, inbox=inbox)
    jobs = jobs or available_cores()
    if jobs > 1 and (days is None or len(days) > 1):  # a single day has no use for it
        start_server(OF_A_RUN)  # it takes seconds to import, and this process nearly as long

    from newsmarts.cli.render.marts import render_summary
    from newsmarts.cli.render.timings import render_timings
    from newsmarts.core.timings import Timings
    from newsmarts.pipeline import run as run_pipeline
    from newsmarts.release.summary import read_summary

    measured = Timings(enabled=timings)
    with shown_progress() as progress:
        result = run_pipeline(settings, progress, feed or [], days, jobs=jobs, timings=measured)
    summary = read_summary(settings.home)
    notes = [f"still being written, left for the next run: {path!r}" for path in result.waiting]
    notes += [f"warning: {each}" for each in result.warnings]
    print_answer(
        to_json(summary) | {"run": result} | ({"stages": measured.stages} if timings else {}),
        lambda _answer: "\n".join(
            [render_summary(summary, settings.home), *notes, *render_timings(measured.stages)]
        ),
        as_json=json,
    )
    for day, reason in result.failed_days.items():
        print(f"error: {day} failed: {reason}", file=sys.stderr)
    for name, reason in result.failed_feeds.items():
        print(f"error: feed {name} failed, last on {reason}", file=sys.stderr)
    if result.failed_days or result.failed_feeds:
        raise typer.Exit(1)


@commands.command(rich_help_panel=_GROUP)
def docs(
    day: Annotated[date, typer.Argument(parser=parse_day, metavar="DAY", help="As 2025-09-01.")],
    home: Home = None,
) -> None:
    """Write the Data Docs of a validated day."""
    from newsmarts.validate.run import render_docs

    print(render_docs(day, load_settings(home=home)))


@commands.command(rich_help_panel=_GROUP)
def preview(
    *,
    first: Annotated[date, day_option("As 2025-09-01.", "--from")],
    last: Annotated[date | None, day_option("Last day (default: the first).", "--to")] = None,
    contracts_dir: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Contracts to try (default: NEWS_CONTRACTS_DIR)."),
    ] = None,
    no_marts: Annotated[
        bool,
        typer.Option("--no-marts", help="Compare days only: quicker, and without a copy of the warehouse."),
    ] = False,
    examples: Annotated[int, typer.Option(min=0, metavar="N", help="Changed articles shown of a day.")] = 3,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show what the rules and contracts of now would change in stored days."""
    from newsmarts.cli.render.preview import render
    from newsmarts.ops.preview.run import preview as preview_days

    days = days_between(first, last, names=("--from", "--to"))
    settings = load_settings(home=home, contracts_dir=contracts_dir)
    with shown_progress() as progress:
        found = preview_days(settings, days, marts=not no_marts, examples=examples, progress=progress)
    print_answer(found, render, as_json=json)


@commands.command(rich_help_panel=_GROUP)
def rebuild(
    leave_out: Annotated[
        bool,
        typer.Option(
            "--leave-out",
            help="Go on without days that the old warehouse or the release has, and staged/validated hasn't.",
        ),
    ] = False,
    take_over: Annotated[
        bool,
        typer.Option(
            "--take-over",
            help="This machine has the warehouse and the marts of the object store from now on.",
        ),
    ] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Rebuild a damaged warehouse from staged days; the old one is set aside."""
    from newsmarts.load.run import rebuild as rebuild_warehouse

    settings = load_settings(home=home)
    with shown_progress() as progress:
        result = rebuild_warehouse(settings, leave_out=leave_out, take_over=take_over, progress=progress)
    print_answer(result, _render_rebuild, as_json=json)


def _render_rebuild(result: RebuildResult) -> str:
    from newsmarts.core.text import counted

    span = f", {result.days[0]} to {result.days[-1]}" if result.days else ""
    lines = [f"The warehouse holds {counted(len(result.days), 'day')}{span}."]
    if result.left_out:
        lines.append(f"Left out: {', '.join(map(str, result.left_out))}")
    if result.set_aside:
        lines.append(f"The old one is in {result.set_aside}; remove it when you no longer need it.")
    return "\n".join([*lines, "Next: newsmarts run, or trigger the DAG news_marts."])
