"""Commands on the published marts: releases, exports, the data dictionary, search."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from newsmarts.cli.options import AsOf, Home, Json, day_option, load_settings, reader_settings
from newsmarts.cli.output import print_answer
from newsmarts.cli.progress import shown_progress

commands = typer.Typer()
_GROUP = "Marts"


@commands.command(rich_help_panel=_GROUP)
def summary(as_of: AsOf = None, home: Home = None, json: Json = False) -> None:
    """Show what the published marts hold."""
    from newsmarts.cli.render.marts import render_summary
    from newsmarts.release.summary import read_summary

    settings = reader_settings(home)
    found = read_summary(settings.home, as_of=as_of)
    print_answer(found, lambda found: render_summary(found, settings.home), as_json=json)


@commands.command(rich_help_panel=_GROUP)
def releases(home: Home = None, json: Json = False) -> None:
    """List the published releases that are kept."""
    from newsmarts.cli.render.marts import render_releases
    from newsmarts.release.summary import kept_releases

    print_answer(kept_releases(reader_settings(home).home), render_releases, as_json=json)


@commands.command(rich_help_panel=_GROUP)
def rollback(
    release: Annotated[
        str, typer.Argument(metavar="RELEASE", help="Its id, its number, or a beginning of its id.")
    ],
    home: Home = None,
) -> None:
    """Give readers an earlier release again, until the next publish."""
    from newsmarts.marts.run import roll_back

    current = roll_back(load_settings(home=home), release)
    print(
        f"Readers get release {current.release_id}. The next publish gives them the newest marts again: "
        "until what is wrong is put right, switch the DAG news_marts off, and don't start `newsmarts run`."
    )


@commands.command(rich_help_panel=_GROUP)
def freshness(
    max_age_days: Annotated[
        int, typer.Option(min=0, metavar="DAYS", help="Fail when the newest day is older (0: don't check).")
    ] = 0,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show the newest day that is published; fails before the first release."""
    from newsmarts.release.freshness import read_freshness, require_fresh

    found = read_freshness(load_settings(home=home).home)
    if max_age_days:
        require_fresh(found, datetime.now(UTC).date(), max_age_days)
    text = f"Release {found.release_id}, published {found.published_at:%Y-%m-%d %H:%M} UTC"
    print_answer(found, lambda found: f"{text}: newest day {found.newest_day or 'none'}", as_json=json)


@commands.command(rich_help_panel=_GROUP)
def diff(
    before: Annotated[
        str, typer.Argument(metavar="BEFORE", help="A release: its id, its number, or a beginning of its id.")
    ],
    after: Annotated[
        str, typer.Argument(metavar="AFTER", help="The same; current is the one that readers get.")
    ],
    mart: Annotated[
        list[str] | None, typer.Option(metavar="MART", help="Only this mart; may be repeated.")
    ] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Show what changed between two releases."""
    from newsmarts.cli.render.diff import render
    from newsmarts.compare.run import compare

    with shown_progress() as progress:
        difference = compare(reader_settings(home), before, after, marts=mart or [], progress=progress)
    print_answer(difference, render, as_json=json)


@commands.command(rich_help_panel=_GROUP)
def export(
    *,
    out: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER", help="A new or empty folder, or an earlier export, which is replaced in full."
        ),
    ],
    marts: Annotated[
        list[str] | None, typer.Argument(metavar="MART", help="As articles (default: all).")
    ] = None,
    format: Annotated[
        Literal["parquet", "csv", "jsonl"], typer.Option("--format", help="Format of the files.")
    ] = "parquet",
    no_formula_guard: Annotated[
        bool,
        typer.Option(
            "--no-formula-guard",
            help="Leave texts of a CSV as they are that a spreadsheet takes for formulas.",
        ),
    ] = False,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Write marts into a folder of files."""
    from newsmarts.cli.render.marts import render_export
    from newsmarts.export.run import export as export_marts

    with shown_progress() as progress:
        result = export_marts(
            reader_settings(home),
            out,
            format=format,
            marts=marts or [],
            as_of=as_of,
            guard=not no_formula_guard,
            progress=progress,
        )
    print_answer(result, render_export, as_json=json)


@commands.command(rich_help_panel=_GROUP)
def to_postgres(
    force: Annotated[
        bool, typer.Option("--force", help="Copy a release that is there already once more.")
    ] = False,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Copy the marts into the database of NEWS_POSTGRES_URL."""
    from newsmarts.core.text import counted
    from newsmarts.export.postgres import copy_to_postgres

    with shown_progress() as progress:
        result = copy_to_postgres(reader_settings(home), as_of=as_of, force=force, progress=progress)
    marts = counted(len(result.rows), "mart")
    rows = f"{counted(sum(result.rows.values()), 'row')} of {marts}" if result.copied else "as before"
    text = f"Release {result.release_id} in schema {result.schema} of database {result.database}: {rows}"
    print_answer(result, lambda _result: text, as_json=json)


@commands.command(rich_help_panel=_GROUP)
def dictionary(
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Default: the project's docs/.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only check that the page is up to date.")] = False,
) -> None:
    """Write what every mart and column means, as pages."""
    from newsmarts.core.settings import PROJECT_ROOT
    from newsmarts.dictionary.run import write_dictionary

    path = write_dictionary(load_settings().contracts_dir, out or PROJECT_ROOT / "docs", check=check)
    if path is not None and check:
        print(f"{path} isn't up to date: run make dictionary")
        raise typer.Exit(1)
    if path is not None:
        print(f"written: {path}")


@commands.command(rich_help_panel=_GROUP)
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to find.", show_default=False)],
    *,
    publisher: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only by this publisher, as al_mayadeen; may be repeated."),
    ] = None,
    first_day: Annotated[
        date | None, day_option("Only published on this day (UTC) or later.", "--from")
    ] = None,
    last_day: Annotated[
        date | None, day_option("Only published on this day (UTC) or earlier.", "--to")
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Only with this tag, as pages print it; may be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option(help="How many to show.")] = 20,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Find articles by their words.

    \b
    grain exchange        both words, in any of their forms
    "grain exchange"      just these words, side by side
    grain OR wheat        either; brackets group: (grain OR wheat) exchange
    grain -exchange       without the second word
    headline:grain        in the headline only; so do standfirst: and body:

    Case, accents and the forms of Arabic letters make no difference.
    Found are words of headline, standfirst and body. First come articles
    with all of them in the headline, then in headline and standfirst, then
    anywhere; each the newest first.

    A query that begins with - goes behind --: search -- "-exchange grain"
    """
    from newsmarts.cli.render.search import render_answer
    from newsmarts.search.reader import open_index

    with open_index(reader_settings(home).home, as_of=as_of) as index:
        answer = index.search(
            query,
            publishers=publisher or [],
            tags=tag or [],
            first_day=first_day,
            last_day=last_day,
            limit=limit,
        )
        unfiltered = 0 if answer.total else index.search(query, limit=1).total
    is_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    render = partial(render_answer, is_terminal=is_terminal, unfiltered=unfiltered)
    print_answer(answer, render, as_json=json)
