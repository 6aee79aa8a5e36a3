"""The commands of ``newsmarts``, in the groups in which ``--help`` lists them."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from newsmarts.cli import home, marts, pages, pipeline, quarantine

app = typer.Typer(
    name="newsmarts",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (pages, pipeline, marts, quarantine, home):
    app.add_typer(group.commands)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 (--help doesn't wait for it)

        print(f"newsmarts {version('newsmarts')}")
        raise typer.Exit


@app.callback()
def configure(
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Log what each stage does.")] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Captured news pages in, trustworthy DuckDB marts out.

    Exit codes: 0 the command worked (rows in quarantine are part of working), 1 it failed, 2 bad usage.
    """
    level = logging.INFO if verbose else logging.ERROR
    logging.basicConfig(level=level, format="%(levelname)s %(message)s")
