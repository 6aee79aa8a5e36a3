"""Jinja templates of HTML pages and their colours, set up once for all packages that show captured text."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def html_environment(folder: Path) -> Environment:
    """Templates of a folder: every value is escaped, and an undefined one is an error."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def palette() -> str:
    """The style sheet of the colours and fonts that all pages have, light and dark."""
    return Path(__file__).with_name("palette.css").read_text(encoding="utf-8")
