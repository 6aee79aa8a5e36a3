"""Check a command line against the commands and options of ``newsmarts`` without running it."""

from __future__ import annotations

from collections.abc import Sequence

from typer.core import TyperGroup
from typer.main import get_command

from newsmarts.cli.main import app


def check_options(argv: Sequence[str]) -> None:
    """Parse the arguments of one command. Raises typer.TyperException where the program would."""
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    context = group.make_context("newsmarts", list(argv))
    name, command, rest = group.resolve_command(context, list(argv))
    assert command is not None
    command.make_context(name, rest, parent=context)
