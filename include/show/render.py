"""The page about a page: one HTML file that needs nothing else and runs nothing.

Captured text is hostile. The template escapes every value but our own style; characters that can't be seen or
turn the writing around are spelled out; addresses are printed, never linked. The Content-Security-Policy
allows that style, by its hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.desk.pages import utc_time, visible
from include.parse.provenance import sources_of
from include.parse.reading import Block
from include.show.capture import Look
from include.show.contracts import Answer
from include.show.kinds import KINDS, Kind, kinds_of
from include.show.record import Field, fields_of

MAX_BLOCKS = 20_000
_MAX_TEXT_CHARS = 20_000
_HERE = Path(__file__).parent

_HUES = """
.{key} {{ --h: {hue}; --c: 1; }}
"""
_FILTERS = """
body:has(#show-{key}:not(:checked)) .block.{key} {{ display: none; }}
"""


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """One block, what it was taken for, and the fields of the record that come from it."""

    block: Block
    kind: Kind
    role: str
    first_of_kind: bool
    fields: Sequence[str]


@dataclass(frozen=True, slots=True)
class Answers:
    """What the contracts say: broken expectations first; or why they couldn't be asked."""

    asked: Sequence[Answer] = ()
    trouble: str | None = None

    @property
    def broken(self) -> list[Answer]:
        """The expectations that don't hold, those that turn the page away first."""
        return sorted((each for each in self.asked if not each.passed), key=lambda each: not each.turns_away)

    @property
    def held(self) -> list[Answer]:
        """The expectations that hold, in the contracts' order."""
        return [each for each in self.asked if each.passed]


def render(look: Look, answers: Answers | None) -> str:
    """The page, as text. ``answers`` None: the contracts weren't asked."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    blocks = list(_blocks(look))
    return (
        _environment()
        .get_template("page.html")
        .render(
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            style=style,
            look=look,
            capture=look.capture,
            name=look.capture.source_path.rpartition("/")[2],
            blocks=blocks[:MAX_BLOCKS],
            left_out=max(0, len(blocks) - MAX_BLOCKS),
            legend=_legend(blocks),
            record=_record(look),
            head=_head(look),
            answers=answers,
            verdict=_verdict(look, answers),
        )
    )


def _blocks(look: Look) -> Iterator[ShownBlock]:
    if look.reading is None:
        return
    fields: dict[int, list[str]] = {}
    for source in sources_of(look.page) if look.page else ():
        for number in source.blocks:
            fields.setdefault(number, []).append(source.field)
    before = None
    for block, role, kind in zip(look.reading.blocks(), look.roles, kinds_of(look.roles), strict=True):
        yield ShownBlock(block, kind, role, kind is not before, fields.get(block.number, ()))
        before = kind


def _legend(blocks: Sequence[ShownBlock]) -> list[tuple[Kind, int]]:
    counts = Counter(block.kind.key for block in blocks)
    return [(kind, counts[kind.key]) for kind in KINDS if counts[kind.key]]


def _record(look: Look) -> list[Field]:
    return fields_of(look.page) if look.page else []


def _head(look: Look) -> list[tuple[str, str, str]]:
    """What the page's head says: the fact, where, and the value."""
    head = look.reading.head if look.reading else None
    if head is None:
        return []
    return [(fact, said.source, said.value) for fact, found in sorted(head.said.items()) for said in found]


def _verdict(look: Look, answers: Answers | None) -> dict[str, str]:
    """The page in one sentence: its tone (good, warn, bad), title and text."""
    if look.turned_away is not None:
        reason_code, detail = look.turned_away
        return {"tone": "bad", "title": f"Turned away by parse: {reason_code}", "text": detail}
    away = [each for each in answers.broken if each.turns_away] if answers else []
    if away:
        reasons = ", ".join(dict.fromkeys(each.reason_code or each.expectation for each in away))
        told = " ".join(text for each in away for text in each.offending[:1])
        return {"tone": "bad", "title": f"Turned away by its contract: {reasons}", "text": told}
    if answers is None or answers.trouble:
        why = answers.trouble if answers and answers.trouble else "The contracts weren't asked."
        return {"tone": "warn" if answers else "plain", "title": "An article", "text": why}
    count = len(answers.broken)
    if count:
        noun = "expectation doesn't" if count == 1 else "expectations don't"
        return {
            "tone": "warn",
            "title": "An article, with a remark",
            "text": f"{count} {noun} hold, none of them critical: the page would be loaded.",
        }
    return {
        "tone": "good",
        "title": "An article",
        "text": f"All {len(answers.asked)} expectations hold.",
    }


def _shortened(text: str) -> str:
    if len(text) <= _MAX_TEXT_CHARS:
        return text
    return f"{text[:_MAX_TEXT_CHARS]}… ({len(text):,} characters in all)"


@cache
def _style() -> str:
    style = (_HERE / "show.css").read_text(encoding="utf-8")
    style += "".join(_HUES.format(key=kind.key, hue=kind.hue) for kind in KINDS if kind.hue is not None)
    return style + "".join(_FILTERS.format(key=kind.key) for kind in KINDS)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(visible=visible, utc_time=utc_time, shortened=_shortened)
    return environment
