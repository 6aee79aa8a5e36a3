"""The page about a page: one HTML file that needs nothing else and runs nothing.

Captured text is hostile. The template escapes every value but our own style; characters that can't be seen or
turn the writing around are spelled out; addresses are printed, never linked. The Content-Security-Policy
allows that style, by its hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment

from newsmarts.core.publishers import language_of
from newsmarts.core.reasons import Outcome
from newsmarts.core.templates import html_environment, palette
from newsmarts.core.text import capture_time, shortened, visible
from newsmarts.show.capture import Look
from newsmarts.show.contracts import Answers
from newsmarts.show.record import KINDS, head_of, legend_of, record_of, runs_of

MAX_BLOCKS = 20_000
_HERE = Path(__file__).parent

_HUES = """
.k.k-{key} {{ --h: {hue}; --c: 1; }}
"""
_FILTERS = """
body:has(#show-{key}:not(:checked)) .run.k-{key} {{ display: none; }}
"""


_TITLES: dict[Outcome, tuple[str, str]] = {
    "not_article": ("plain", "Not an article"),
    "quarantined": ("bad", "Quarantined by parse"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The page in a sentence; its tone is good, warn, bad or plain."""

    tone: str
    title: str
    text: str


def render(
    look: Look, answers: Answers | None, trouble: str | None = None, outcome: Outcome = "quarantined"
) -> str:
    """The page, as text.

    Args:
        outcome: of a page that can't be read as an article, by its reason.
        answers: the contracts' results; None: they weren't evaluated.
        trouble: why they couldn't be evaluated.
    """
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    runs = list(runs_of(look, MAX_BLOCKS))
    count = len(look.reading) if look.reading else 0
    return (
        _environment()
        .get_template("page.html")
        .render(
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            style=style,
            look=look,
            capture=look.capture,
            name=look.capture.source_path.rpartition("/")[2],
            runs=runs,
            count=count,
            left_out=max(0, count - MAX_BLOCKS),
            legend=legend_of(runs),
            record=record_of(look),
            head=head_of(look),
            answers=answers,
            trouble=trouble,
            verdict=_verdict(look, answers, trouble, outcome),
        )
    )


def _verdict(look: Look, answers: Answers | None, trouble: str | None, outcome: Outcome) -> Verdict:
    """The page in a sentence."""
    if look.rejection is not None:
        tone, title = _TITLES[outcome]
        return Verdict(tone, f"{title}: {look.rejection.reason_code}", look.rejection.detail)
    if answers is None:
        if trouble is not None:
            return Verdict("warn", "An article; its contract couldn't be evaluated", trouble)
        return Verdict("plain", "An article", "Its contract wasn't evaluated.")
    away = [each for each in answers.broken if each.turns_away]
    if away:
        reasons = ", ".join(dict.fromkeys(each.reason_code or each.expectation for each in away))
        found = " ".join(text for each in away for text in each.offending[:1])
        return Verdict("bad", f"Quarantined by its contract: {reasons}", found)
    if answers.broken:
        names = ", ".join(each.expectation for each in answers.broken)
        return Verdict("warn", "An article, with a remark", f"Broken, but not critical: {names}.")
    return Verdict("good", "An article", f"All {len(answers.evaluated)} expectations hold.")


@cache
def blocks_style() -> str:
    """The style of a capture's blocks and of its record, with a hue for each kind; without the palette."""
    style = (_HERE / "blocks.css").read_text(encoding="utf-8")
    return style + "".join(_HUES.format(key=kind.key, hue=kind.hue) for kind in KINDS if kind.hue is not None)


@cache
def _style() -> str:
    style = palette() + blocks_style() + (_HERE / "show.css").read_text(encoding="utf-8")
    return style + "".join(_FILTERS.format(key=kind.key) for kind in KINDS)


@cache
def _environment() -> Environment:
    environment = html_environment(_HERE / "templates")
    environment.filters.update(
        visible=visible, capture_time=capture_time, shortened=shortened, language_of=language_of
    )
    return environment
