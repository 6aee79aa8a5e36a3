"""Runs of plain links (menus, site maps) in a page's markup.

Most elements of a large page belong to such runs, and each costs the parser and the walk some 4 µs; entries
of the plainest shape are read by a pattern at a tenth of that. The parser gets one element in place of a run,
with the tag of its entries: what the first of them closes or opens is closed or opened all the same. The walk
then takes the entries as if it had met them one by one, so the reading is the same.
"""

from __future__ import annotations

import re
from functools import lru_cache
from secrets import token_hex
from typing import NamedTuple

from newsmarts.parse.html_marks import Marks

STAND_IN = f"run-{token_hex(8)}"
"""The attribute of an element that replaces a run; its value is the run's key. No page can know it."""

_LEAST_ENTRIES = 4  # a stand-in costs as much as an entry or two
# It begins with a word: dashes and dots alone join or part what is around them.
_TEXT = r"\w[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]*+"
_UNSEEN = ("style", "hidden", "data-cfemail")  # an element with one of these isn't read as it is
# In a run, these are an entry's address and text.
_ENTRY = re.compile(r' href="([^"]*+)"[^>]*+>\s*+(?:<span>\s*+)?+([^<]++)')


class Run(NamedTuple):
    """Entries that follow each other: the tag of each, their addresses and texts."""

    tag: str
    entries: list[tuple[str, str]]


def take_runs(markup: str, marks: Marks) -> tuple[str, dict[str, Run]]:
    """The markup with a stand-in for each run, and the runs by key; those that may hold a mark stay."""
    runs: dict[str, Run] = {}
    pieces: list[str] = []
    rest = 0
    for match in _run_without(marks).finditer(markup, max(0, markup.find("<body"))):
        start, end = match.span()
        key, tag = str(len(runs)), match[1]
        pieces += [markup[rest:start], f'<{tag} {STAND_IN}="{key}"></{tag}>']
        rest = end
        runs[key] = Run(tag, _ENTRY.findall(markup, start, end))
    return "".join([*pieces, markup[rest:]]), runs


@lru_cache(maxsize=8)
def _run_without(marks: Marks) -> re.Pattern[str]:
    """The pattern of a run none of whose elements can match a mark by an id, a class or an attribute."""
    names = "|".join(map(re.escape, ("href", "id", *_UNSEEN, *marks.by_attribute)))
    classes = "|".join(map(re.escape, marks.by_class)) or "(?!)"
    name = rf"\s++(?!(?:{names})=)"
    attribute = (
        rf'{name}(?:class="(?:\s*+(?!(?:{classes})[\s"])[^\s"<>&\x00-\x1f]++)*+\s*+"'
        r'|(?!class=)[a-z][a-z0-9-]*+="[^"<>\x00-\x1f]*+")'
    )
    link = rf'<a(?:{attribute})*+ href="[^"<>&\x00-\x1f]*+"(?:{attribute})*+>'
    inside = rf"(?:{attribute})*+>\s*+{link}\s*+(?:{_TEXT}|<span>\s*+{_TEXT}</span>\s*+)</a>\s*+"
    least = _LEAST_ENTRIES - 1
    return re.compile(rf"<(li|div|p|dd){inside}</\1>(?:\s*+<\1{inside}</\1>){{{least},}}+")
