"""Spellings of tags: data that the marts and the search index share."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pyarrow as pa

HERE = Path(__file__).parent


@cache
def tag_spellings() -> pa.Table:
    """Other spellings of tags, and the tag that each is: ``tag_spellings.toml``."""
    document = tomllib.loads((HERE / "tag_spellings.toml").read_text(encoding="utf-8"))
    rows = [(spelling, tag) for tag, spellings in document.items() for spelling in spellings]
    return pa.table({"spelling": [row[0] for row in rows], "tag": [row[1] for row in rows]})
