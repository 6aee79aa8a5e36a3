"""House bylines: the many names of a publisher's desk become one. The list is data: house_bylines.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

_HOUSE_BYLINES = Path(__file__).with_name("house_bylines.toml")


def fold_byline(publisher: str, byline_raw: str | None) -> str | None:
    """The desk's one name when the byline is a house byline; any other byline as it is."""
    if byline_raw is None:
        return None
    return _house_bylines().get(publisher, {}).get(_key(byline_raw), byline_raw)


@lru_cache(maxsize=1)
def _house_bylines() -> Mapping[str, Mapping[str, str]]:
    listed = tomllib.loads(_HOUSE_BYLINES.read_text(encoding="utf-8"))
    return {
        publisher: {_key(name): desk for desk, names in desks.items() for name in (desk, *names)}
        for publisher, desks in listed.items()
    }


def _key(byline: str) -> str:
    return " ".join(byline.split()).casefold()
