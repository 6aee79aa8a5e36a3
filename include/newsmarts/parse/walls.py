"""Pages in place of a page: robot checks, errors, consent walls, redirects.

How each is known is in walls.toml.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from newsmarts.parse.reading import Reading
from newsmarts.parse.shape import is_prose

_DATA = Path(__file__).with_name("walls.toml")
_FEW_WORDS = 600
_HARDLY_A_WORD = 25
_SHOWN_CHARS = 80
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Wall:
    """A kind of page in place of a page."""

    reason_code: str
    what: str
    words: re.Pattern[str]
    lines: re.Pattern[str]
    markup: re.Pattern[str]
    at_least: int

    def matches(self, line: str) -> bool:
        """Whether a line is of such a page."""
        return bool(self.words.search(line) or self.lines.fullmatch(line))


def wall_in(reading: Reading, blocks: Sequence[int]) -> tuple[Wall, str] | None:
    """The kind of page that these blocks are in place of a page, and what shows it; None when they aren't."""
    title = reading.head.first("title") if reading.head else None
    lines = [*([title] if title else []), *(reading.texts[at] for at in blocks)]
    words = sum(line.count(" ") + 1 for line in lines)
    if words > _FEW_WORDS:
        return None
    own = [reading.texts[at] for at in blocks if is_prose(reading, at)]
    for wall in WALLS.values():
        matching = [line for line in lines if wall.matches(line)]
        others = sum(not wall.matches(line) for line in own)
        if len(matching) >= wall.at_least and others <= 1:
            return wall, f"it says {matching[0][:_SHOWN_CHARS]!r}, and has no article's text"
        if reading.markup is not None and words <= _HARDLY_A_WORD and not own:
            found = wall.markup.search(reading.markup)
            if found is not None:
                return wall, f"its source has {found[0]!r}, and there is hardly a word to be seen"
    return None


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in patterns), re.IGNORECASE) if patterns else _NEVER


WALLS: Final[Mapping[str, Wall]] = {
    code: Wall(
        reason_code=code,
        what=wall["what"],
        words=_any_of(wall.get("words", ())),
        lines=_any_of(wall.get("lines", ())),
        markup=_any_of(wall.get("markup", ())),
        at_least=wall.get("at_least", 1),
    )
    for code, wall in tomllib.loads(_DATA.read_text(encoding="utf-8")).items()
}
"""By reason code."""
