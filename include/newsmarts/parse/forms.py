"""Forms, buttons and their labels among a text (HTML), whose words aren't the author's."""

from __future__ import annotations

from newsmarts.parse.furniture import is_control
from newsmarts.parse.reading import NOISE, Reading, Roles

_CONTROLS = frozenset({"button", "label", "legend", "option"})
_MAX_CONTROL_CHARS = 120  # more in a button is a text that it unfolds
_MAX_FORM_CHARS = 300
_MAX_CHARS_AROUND = 200  # a form's field, in its container


def mark_forms(reading: Reading, roles: Roles, start: int, end: int) -> None:
    """Mark the words of small forms, of buttons and of labels among the unused blocks [start, end).

    A heading that is a button is a heading, and a button that unfolds the rest of a text is left to whom it
    concerns. A form around a body, or all of a page, isn't one of the body.
    """
    if not reading.names:
        return
    kinds, texts = reading.kinds, reading.texts
    for at, kind in enumerate(kinds[start:end], start):
        if kind == "field":
            first, stop = reading.small_group_around(at, start + 1, _MAX_CHARS_AROUND)
            _mark(roles, max(first, start), min(stop, end))
    if "form" in reading.names:
        for container, name in enumerate(reading.names):
            first, stop = reading.starts[container], reading.ends[container]
            is_inside = name == "form" and start < first < stop <= end
            if is_inside and sum(map(len, texts[first:stop])) <= _MAX_FORM_CHARS:
                _mark(roles, first, stop)
    if not _CONTROLS.isdisjoint(reading.names):
        for at in range(start, end):
            if (
                kinds[at] not in {"heading", "image"}
                and len(texts[at]) <= _MAX_CONTROL_CHARS
                and reading.tag(at) in _CONTROLS
                and not is_control(texts[at])
            ):
                _mark(roles, at, at + 1)


def _mark(roles: Roles, start: int, end: int) -> None:
    for at in range(start, end):
        if not roles[at]:
            roles[at] = NOISE
