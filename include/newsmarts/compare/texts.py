"""Two texts cut to where they begin to differ, so that the change is visible."""

from __future__ import annotations

from typing import Any

_TEXT_CHARS = 120
_BEFORE_THE_CHANGE = 30


def shortened(before: Any, after: Any) -> tuple[Any, Any]:
    """Two values, texts cut to where they begin to differ."""
    if not (isinstance(before, str) and isinstance(after, str)):
        return tuple(  # type: ignore[return-value]
            value[:_TEXT_CHARS] + "…" if isinstance(value, str) and len(value) > _TEXT_CHARS else value
            for value in (before, after)
        )
    if max(len(before), len(after)) <= _TEXT_CHARS:
        return before, after
    pairs = zip(before, after, strict=False)
    same = next((place for place, (one, other) in enumerate(pairs) if one != other), None)
    if same is None:  # one is the beginning of the other, or they are equal
        same = 0 if before == after else min(len(before), len(after))
    start = max(0, same - _BEFORE_THE_CHANGE)
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    cut = text[start : start + _TEXT_CHARS]
    return ("…" if start else "") + cut + ("…" if start + _TEXT_CHARS < len(text) else "")
