"""The entry of ``newsmarts`` and ``python -m newsmarts``: runs one command, turns errors into exit codes.

Answers go to standard output, progress and errors to standard error.
"""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.main import get_command

from newsmarts.cli import home, marts, pages, pipeline, quarantine
from newsmarts.core.errors import NewsError, UsageError
from newsmarts.core.failures import failure_of

app = typer.Typer(
    name="newsmarts",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# in the order in which --help lists them
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


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a file name that isn't UTF-8 becomes \udcXX, which JSON reads back as the same name
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = get_command(app).main(argv, prog_name="newsmarts", standalone_mode=False)
        return int(code or 0)  # typer.Exit gives its code, a command that returns gives None
    except NewsError as error:
        return print_error(error)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        print(f"error: {error.format_message()}", file=sys.stderr)
        print(f"Try: {context.command_path if context else 'newsmarts'} --help", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        return print_error(failure)


def print_error(error: NewsError) -> int:
    """Print an error on standard error; returns the exit code, 2 for bad usage."""
    print(f"error: {error}", file=sys.stderr)
    return 2 if isinstance(error, UsageError) else 1
