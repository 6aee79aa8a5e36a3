"""Runs of plain links (menus, site maps) in a page's markup.

Most elements of a large page belong to such runs, and each costs the parser and the walk some 4 µs; entries
of the plainest shape are read by a pattern at a tenth of that. The parser gets one element in place of a run,
with the tag of its entries: what the first of them closes or opens is closed or opened all the same. The walk
then takes the entries as if it had met them one by one, so the reading is the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from secrets import token_hex
from typing import NamedTuple

STAND_IN = f"run-{token_hex(8)}"
"""The attribute of an element that replaces a run; its value is the run's key. No page can know it."""

_LEAST_ENTRIES = 4  # a stand-in costs as much as an entry or two
# Elements with others are left to the walk: it may not see them, or a mark may be one of them.
_ATTRIBUTE = r"""\s++(?!id=|style=|hidden=|data-cfemail=)[a-z][a-z0-9-]*+="[^"<>\x00-\x1f]*+\""""
_LINK = rf"""a(?:(?!\s++href=){_ATTRIBUTE})*+\s++href="([^"<>&\x00-\x1f]*+)"(?:{_ATTRIBUTE})*+"""
# It begins with a word: dashes and dots alone join or part what is around them.
_TEXT = r"(\w[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]*+)"
_INSIDE = rf"(?:{_ATTRIBUTE})*+>\s*+<{_LINK}>\s*+(?:{_TEXT}|<span>\s*+{_TEXT}</span>\s*+)</a>\s*+"
_ENTRY = re.compile(rf"<(?:li|div|p|dd){_INSIDE}</")
_RUN = re.compile(rf"<(li|div|p|dd){_INSIDE}</\1>(?:\s*+<\1{_INSIDE}</\1>){{{_LEAST_ENTRIES - 1},}}+")


class Run(NamedTuple):
    """Entries that follow each other: the tag of each, their addresses and texts."""

    tag: str
    entries: list[tuple[str, str, str]]  # the address and the text: one that is in a span comes third


def take_runs(markup: str, names: Collection[str]) -> tuple[str, dict[str, Run]]:
    """The markup with a stand-in for each run, and the runs by key; those that hold one of ``names`` stay."""
    runs: dict[str, Run] = {}
    pieces: list[str] = []
    rest = 0
    for match in _RUN.finditer(markup, max(0, markup.find("<body"))):
        start, end = match.span()
        if any(markup.find(name, start, end) >= 0 for name in names):
            continue
        key, tag = str(len(runs)), match[1]
        pieces += [markup[rest:start], f'<{tag} {STAND_IN}="{key}"></{tag}>']
        rest = end
        runs[key] = Run(tag, _ENTRY.findall(markup, start, end))
    return "".join([*pieces, markup[rest:]]), runs
