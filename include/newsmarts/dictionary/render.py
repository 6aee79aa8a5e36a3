"""The dictionary as Markdown and as one HTML page that needs nothing else and runs nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from newsmarts.dictionary.facts import ColumnFacts, MartFacts

_HERE = Path(__file__).parent
_MARKED = re.compile(r"([\\`*_\[\]<>|~])")
# Markdown's underscores inside words and lone signs mean nothing, and names read better without backslashes.
_INSIDE_WORD = re.compile(r"(?<=\w)\\_(?=\w)")


def render_markdown(marts: Sequence[MartFacts]) -> str:
    """The dictionary for people who read the repository."""
    return _environment(autoescape=False).get_template("dictionary.md").render(marts=marts)


def render_html(marts: Sequence[MartFacts]) -> str:
    """The dictionary as a page of its own; its policy allows its one style, by its hash, and nothing else."""
    style = (_HERE / "templates" / "dictionary.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    page = _environment(autoescape=True).get_template("dictionary.html")
    return page.render(marts=marts, style=style, policy=policy)


def _environment(*, autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=autoescape,  # noqa: S701 - Markdown has filters of its own
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"md": _plain_markdown, "code": _code, "values": _values}
    return environment


def _plain_markdown(text: str) -> str:
    """Text that Markdown shows as it is, also in a cell of a table."""
    return _INSIDE_WORD.sub("_", _MARKED.sub(r"\\\1", " ".join(text.split())))


def _code(text: str) -> str:
    """Text as code, also in a cell of a table."""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def _values(column: ColumnFacts) -> str:
    """What is promised of a column's values, in one line."""
    return "; ".join([*column.promises, *(f"in {reference}" for reference in column.references)])
