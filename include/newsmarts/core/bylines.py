"""House bylines: the names under which a publisher's own desk writes, as ``bylines.toml`` lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from newsmarts.core.contract_data import read_data, texts_of
from newsmarts.core.errors import SettingsError
from newsmarts.core.settings import CONTRACTS

FILE = "bylines.toml"
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
Houses = Mapping[str, Mapping[str, str]]
"""For each publisher its houses' spellings, as keys, each with the house's name."""


def load_houses(contracts_dir: Path) -> Houses:
    """Read the house bylines.

    Raises:
        SettingsError: the file is missing or malformed; names file and key.
    """
    path = contracts_dir / FILE
    return {
        publisher: _spellings(table, f"{path}: {publisher}") for publisher, table in read_data(path).items()
    }


@cache
def shipped_houses() -> Houses:
    """Those of the project's own contracts."""
    return load_houses(CONTRACTS)


def fold_byline(byline_raw: str | None, spellings: Mapping[str, str]) -> str | None:
    """The house's one name when the byline is a spelling of it; any other byline as it is."""
    return None if byline_raw is None else spellings.get(byline_key(byline_raw), byline_raw)


def byline_key(byline: str) -> str:
    """What of a byline counts: not case, white space, marks of direction or a full stop at its end."""
    if not byline.isascii():
        byline = _DIRECTIONS.sub("", byline)
    return " ".join(byline.split()).rstrip(" .").casefold()


def _spellings(table: object, where: str) -> dict[str, str]:
    houses = table.get("houses") if isinstance(table, dict) else None
    if not isinstance(table, dict) or not isinstance(houses, dict) or not houses or set(table) != {"houses"}:
        raise SettingsError(
            f'{where} must have a table "houses" and nothing else: names with their spellings.'
        )
    return spellings_of(houses, where)


def spellings_of(houses: Mapping[str, object], where: str) -> dict[str, str]:
    """The keys of all spellings, each with its house's name.

    Raises:
        SettingsError: a house has no spellings, or two houses have one.
    """
    names: dict[str, str] = {}
    for name, listed in houses.items():
        for spelling in texts_of(listed, f"{where}.houses.{name}"):
            if names.setdefault(byline_key(spelling), name) != name:
                raise SettingsError(f"{where}: {spelling!r} is a spelling of two houses. Keep one of them.")
    return names
