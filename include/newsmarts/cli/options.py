"""Options that several commands share, and ranges of days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsmarts.core.errors import UsageError

if TYPE_CHECKING:
    from newsmarts.core.settings import Settings


def load_settings(**overrides: object) -> Settings:
    """Read the settings, when a command runs. Raises SettingsError."""
    from newsmarts.core import settings  # noqa: PLC0415 (--help doesn't wait for it)

    return settings.load_settings(**overrides)


def reader_settings(home: str | None) -> Settings:
    """The settings of a command that reads the marts: of an object store, with its current release fetched.

    Raises:
        SettingsError: a setting is wrong.
        StoreUnavailable: the store can't be read, and no release was fetched from it before.
    """
    from newsmarts.release.shared import fetch  # noqa: PLC0415 (--help doesn't wait for it)

    settings = load_settings(home=home)
    fetch(settings)
    return settings


def parse_day(text: str) -> date:
    """Read a day of the command line. Raises UsageError."""
    from newsmarts.core import partitions  # noqa: PLC0415 (--help doesn't wait for it)

    return partitions.parse_day(text)


def day_option(help: str, *names: str) -> Any:
    """An option whose value is a day, as 2025-09-01."""
    return typer.Option(*names, parser=parse_day, metavar="DAY", help=help)


Home = Annotated[
    str | None,
    typer.Option(
        "--home", metavar="FOLDER", help="Folder of raw/, staged/, warehouse/, marts/ (default: NEWS_HOME)."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="RELEASE",
        help="A kept release: its id, its number, or a beginning of its id (default: the current one).",
    ),
]


def days_between(first: date, last: date | None, *, names: tuple[str, str]) -> list[date]:
    """Every day from one to another, which is the first when not given; ``names`` are the options'.

    Raises:
        UsageError: the last lies before the first.
    """
    last = last or first
    if last < first:
        raise UsageError(f"{names[1]} {last} lies before {names[0]} {first}.")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
