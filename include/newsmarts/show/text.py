"""A capture's blocks as lines of text: what ``newsmarts show --text`` prints."""

from __future__ import annotations

from collections.abc import Iterator

from newsmarts.core.text import one_line
from newsmarts.show.capture import Look


def block_lines(look: Look, outcome: str) -> Iterator[str]:
    """One line for each block (its number, kind, role and text), and one for what the page is.

    ``outcome``: of a page that isn't an article.
    """
    if look.reading is not None:
        for block in look.reading.blocks():
            role = look.roles[block.number - 1] or "-"
            yield f"{block.number:4} {block.kind:8} {role:18} {one_line(block.text, 10_000)}"
    if look.rejection is not None:
        yield f"{outcome}: {look.rejection.reason_code}: {look.rejection.detail}"
    elif look.page is not None:
        yield f"article of {look.page.article.publisher}, rules {look.page.article.rule_version}"
