"""Commands on saved pages: ``parse``, ``show`` and ``check-pages``."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from newsmarts.cli.options import Home, load_settings
from newsmarts.cli.progress import shown_progress
from newsmarts.core.errors import CaptureError, UsageError

commands = typer.Typer()
_GROUP = "Pages"
Charset = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Charset that the server declared (default: as the page has it)."),
]


@commands.command(rich_help_panel=_GROUP)
def parse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", show_default=False)], charset: Charset = None
) -> None:
    """Parse saved pages; print one JSON object a line."""
    from newsmarts.core.reasons import load_reasons
    from newsmarts.show.saved_file import parse_file

    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise UsageError(f"No such file: {', '.join(missing)}. Give the paths of saved pages.")
    settings = load_settings()
    reasons = load_reasons(settings.contracts_dir)
    for path in files:
        answer: dict[str, Any] = {"file": str(path)}
        try:
            answer["article"] = parse_file(path, settings, charset).to_record()
        except CaptureError as error:
            is_article = reasons.outcome(error.reason_code) == "quarantined"
            reason = {"reason_code": error.reason_code, "detail": error.detail}
            answer["quarantine" if is_article else "not_article"] = reason
        print(json.dumps(answer, ensure_ascii=False))


@commands.command(rich_help_panel=_GROUP)
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    *,
    out: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--out",
            metavar="OUT.html",
            help='Write the page there ("-": standard output) and open no browser.',
        ),
    ] = None,
    no_contracts: Annotated[
        bool, typer.Option("--no-contracts", help="Don't evaluate the contracts, which takes seconds.")
    ] = False,
    text: Annotated[
        bool, typer.Option("--text", help="Print each block's number, kind, role and text, and nothing else.")
    ] = False,
    charset: Charset = None,
    home: Home = None,
) -> None:
    """Show one saved page: its blocks, its record, its contracts."""
    from newsmarts.show.command import print_blocks
    from newsmarts.show.command import show as show_page

    settings = load_settings(home=home)
    if text:
        print_blocks(file, settings, charset)
        return
    with shown_progress() as progress:
        progress.plan(1)
        progress.start("parse the page" if no_contracts else "parse the page and evaluate its contracts")
        show_page(file, settings, out=out, contracts=not no_contracts, charset=charset)
        progress.finish()


@commands.command(rich_help_panel=_GROUP)
def check_pages(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
) -> None:
    """Compare saved pages with the records expected of them, in NAME.json beside each."""
    from newsmarts.show.expected import check_pages as checked_pages

    wrong = unknown = right = 0
    for page in checked_pages(folder, load_settings()):
        if page.differences is None:
            unknown += 1
            print(f"no record   {page.path}")
        elif page.differences:
            wrong += 1
            print(f"differs     {page.path}", *page.differences, sep="\n    ")
        else:
            right += 1
            print(f"as expected {page.path}")
    print(f"{right} as expected, {wrong} different, {unknown} without a record")
    if wrong or not right:
        raise typer.Exit(1)
