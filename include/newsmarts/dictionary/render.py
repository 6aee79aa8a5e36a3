"""The dictionary as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from newsmarts.dictionary.facts import ColumnFacts, MartFacts

_HERE = Path(__file__).parent
_MARKED = re.compile(r"([\\`*_\[\]<>|~])")
# Markdown ignores underscores inside words, and names are easier to read without backslashes.
_INSIDE_WORD = re.compile(r"(?<=\w)\\_(?=\w)")


def render_markdown(marts: Sequence[MartFacts]) -> str:
    """The dictionary for people who read the repository."""
    return _environment().get_template("dictionary.md").render(marts=marts)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=False,  # noqa: S701 - Markdown has filters of its own
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"md": _plain_markdown, "code": _code, "values": _values}
    return environment


def _plain_markdown(text: str) -> str:
    """Text that Markdown shows unchanged, also in a cell of a table."""
    return _INSIDE_WORD.sub("_", _MARKED.sub(r"\\\1", " ".join(text.split())))


def _code(text: str) -> str:
    """Text as code, also in a cell of a table."""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def _values(column: ColumnFacts) -> str:
    """What the contract promises of a column's values, in one line."""
    return "; ".join([*column.promises, *(f"in {reference}" for reference in column.references)])
