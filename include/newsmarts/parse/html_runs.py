"""Runs of plain links (menus, site maps), taken out of a page before it is parsed.

Two elements in three of a large page belong to such runs, and each costs the parser and its calls into
Python some 3 µs; an entry of the plainest shape is read by a pattern at a tenth of that. The parser gets one
element in place of a run, with the tag of the run's entries: what the first of them closes or opens is closed
or opened all the same. The walk then takes the entries as if it had met them one by one, so the reading is
the same, block by block and container by container.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

_LEAST_ENTRIES = 4  # a stand-in costs as much as an entry or two

_NAME = r"[a-z][a-z0-9-]*+"
_VALUE = r"""(?:"[^"<>\x00-\x1f]*+"|'[^'<>\x00-\x1f]*+'|[^\s"'<>=`]++(?<!/))"""
_ATTRIBUTES = rf"(?:\s++{_NAME}(?:={_VALUE})?+)*+\s*+"
# It begins with a word: dashes and dots alone join or part what is around them.
_TEXT = r"(\w[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]*+)"
_ENTRY = re.compile(
    rf"<(li|div|p|dd){_ATTRIBUTES}>\s*+<a({_ATTRIBUTES})>\s*+"
    rf"(?:<(span|b|strong|em|i|small){_ATTRIBUTES}>\s*+)?+{_TEXT}(?(3)</\3>\s*+)</a>\s*+</\1>\s*+"
)
_HREF = re.compile(rf"(?:\s++(?!href\b){_NAME}(?:={_VALUE})?+)*+\s++href=({_VALUE})")
_QUOTED_HREF = ' href="'
# What is hidden isn't read: a run where that may be, by these words, is left to the walk.
_UNSEEN = ("hidden", "style=")


class Run(NamedTuple):
    """Entries that follow each other: their place, the tag of each, their texts and addresses."""

    start: int
    end: int
    tag: str
    entries: list[tuple[str, str]]


class Shortened(NamedTuple):
    """A page's markup in which an element with the attribute ``token``, a number, replaces each run."""

    markup: str
    token: str = "\0"  # noqa: S105 - a name that no attribute can have
    runs: Sequence[Run] = ()

    def count_stand_ins(self, text: str) -> int:
        """How many complete stand-ins a text holds."""
        return len(re.findall(rf'<(\w+) {self.token}="\d+"></\1>', text))


def take_runs(markup: str, names: Collection[str]) -> Shortened:
    """Take the runs out of a page; those that hold one of ``names`` (of ids and classes) stay."""
    token = f"run-{len(markup)}"
    if token in markup:  # by chance or on purpose
        return Shortened(markup)
    runs: list[Run] = []
    pieces: list[str] = []
    rest = 0
    words = (*names, *_UNSEEN)
    for run in _runs(markup):
        if any(markup.find(word, run.start, run.end) >= 0 for word in words):
            continue
        pieces.append(f'{markup[rest : run.start]}<{run.tag} {token}="{len(runs)}"></{run.tag}>')
        rest = run.end
        runs.append(run)
    pieces.append(markup[rest:])
    return Shortened("".join(pieces), token, runs)


def _runs(markup: str) -> Iterator[Run]:
    """All that looks like a run, wherever it is: in a comment or a script as well."""
    start = end = -1
    run_tag = ""
    entries: list[tuple[str, str]] = []
    for match in _ENTRY.finditer(markup, max(0, markup.find("<body"))):
        tag, attributes, _, text = match.groups()
        at = attributes.find(_QUOTED_HREF) + len(_QUOTED_HREF)
        if at >= len(_QUOTED_HREF) and "'" not in attributes:
            address = attributes[at : attributes.index('"', at)]
        else:
            address = _address(attributes)
        if address is None or "&" in address:
            continue
        if match.start() != end or tag != run_tag:
            if len(entries) >= _LEAST_ENTRIES:
                yield _run(markup, start, end, run_tag, entries)
            start, run_tag, entries = match.start(), tag, []
        end = match.end()
        entries.append((text, address))
    if len(entries) >= _LEAST_ENTRIES:
        yield _run(markup, start, end, run_tag, entries)


def _address(attributes: str) -> str | None:
    """The first ``href`` among a link's attributes; None when there is none."""
    match = _HREF.match(attributes)
    if match is None:
        return None
    value = match[1]
    return value[1:-1] if value[0] in "\"'" else value


def _run(markup: str, start: int, end: int, tag: str, entries: list[tuple[str, str]]) -> Run:
    return Run(start, start + len(markup[start:end].rstrip()), tag, entries)
