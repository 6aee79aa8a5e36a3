"""The publishers that there are rules for, by name alone.

Each has one file in ``newsmarts/parse/publishers/``, and the file's name is the publisher's. Land takes the
names from here, since a stage doesn't import another one's rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from pkgutil import iter_modules

RULES = Path(__file__).parents[1] / "parse" / "publishers"


def slugs(folder: Path = RULES) -> tuple[str, ...]:
    """The publishers' names, sorted. Files whose names begin with ``_`` are helpers."""
    return tuple(sorted(name for _, name, _ in iter_modules([str(folder)]) if not name.startswith("_")))


def named_in(path: str) -> str | None:
    """The publisher that a path names; None when it names none or more than one.

    Words of the name may be parted by ``_`` or ``-``, or run together as in host names: ``al_mayadeen`` is
    named by ``Al-Mayadeen/a.txt`` and by ``english.almayadeen.net/a.html``.
    """
    named = [slug for slug, pattern in _patterns().items() if pattern.search(path)]
    # "al_mayadeen_es" isn't "al_mayadeen" as well
    named = [slug for slug in named if not any(other.startswith(f"{slug}_") for other in named)]
    return named[0] if len(named) == 1 else None


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {
        slug: re.compile(rf"(?<![a-z]){'[_-]?'.join(slug.split('_'))}(?![a-z])", re.IGNORECASE)
        for slug in slugs()
    }
