"""Pages that hold more than one text, or one text twice, or in lines that a tool has cut."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsmarts.core.errors import MissingField, UnreadablePage
from newsmarts.core.records import BodyBlock
from newsmarts.parse.furniture import is_removal
from newsmarts.parse.header import find_header
from newsmarts.parse.prose import ends_like_sentence
from newsmarts.parse.reading import Reading, Roles

_SHORT = frozenset({"paragraph", "subheading"})
_CONTROL_CHARS = 40
_LEAST_SHORT = 2
_LEAST_BLOCKS = 4  # of a body that is there twice
_WRAPPED_CHARS = 50  # a cut line is at least so long; a verse is shorter
_LEAST_WRAPPED = 2
_LINES_A_CUT = 4  # of a wrapped text, at most: paragraphs of one line, lines that go on with a name
_MOST_OF_NOTICE = 2  # blocks
_SENTENCE = re.compile(r"""[.!?…:;]["'”’»)]*$""")


def end_of_story(reading: Reading, headline: int | None, body_end: int | None, start: int, end: int) -> int:
    """Where the blocks [start, end) under a headline become another story (HTML): at most ``end``.

    A page that goes on with the next story, as one scrolls, has that story's h1 in an ``article`` of its own,
    or after the body's own container (``body_end``).
    """
    if reading.head is None or headline is None or reading.kinds[headline] != "heading":
        return end
    level = reading.indents[headline]
    for at in range(start, end):
        if reading.kinds[at] != "heading" or reading.indents[at] != level or level > 1:
            continue
        own = reading.within(at, "article")
        if (own is not None and not own[0] <= headline < own[1]) or (body_end is not None and at >= body_end):
            return at if own is None else own[0]
    return end


def check_one_story(reading: Reading, roles: Roles, start: int, end: int) -> None:
    """Check that no second article's header is among the unused blocks of a body.

    Raises:
        UnreadablePage: one is (``several_articles``).
    """
    header = find_header(reading, roles, start, end)
    if header is None or not header.published:
        return
    if header.byline_raw or header.read_minutes is not None:
        raise UnreadablePage(
            "several_articles",
            f"A second article's byline and time ({header.published[0]}) are in the body, so where the "
            "first one ends can't be told. Look at the page.",
        )


def check_not_wrapped(reading: Reading, start: int, end: int) -> None:
    """Check that the lines of a text capture are whole paragraphs.

    Raises:
        UnreadablePage: a tool has cut them at some width (``wrapped_text``).
    """
    if reading.head is not None:
        return
    texts, kinds = reading.texts, reading.kinds
    lines = kinds[start:end].count("text")
    cut = sum(
        kinds[at] == kinds[at + 1] == "text"
        and (texts[at + 1][0].islower() or texts[at + 1][0].isdigit())
        and reading.indents[at] == reading.indents[at + 1]
        and len(texts[at]) >= _WRAPPED_CHARS
        and _SENTENCE.search(texts[at]) is None
        for at in range(start, end - 1)
    )
    if cut >= _LEAST_WRAPPED and _LINES_A_CUT * cut >= lines:
        raise UnreadablePage(
            "wrapped_text",
            f"{cut} of {lines} lines of the body are cut at some width: paragraphs can't be told from lines. "
            "Capture the page without wrapping its lines.",
        )


def check_has_text(blocks: Sequence[BodyBlock], dropped: int) -> None:
    """Check that a body isn't several short lines and no sentence, as a sign-up form or player has.

    ``dropped``: lines of furniture that were left out of it.

    Raises:
        MissingField: it is.
    """
    short = [block.text for block in blocks if block.kind in _SHORT and block.text]
    if len(short) < len(blocks) or len(short) + dropped < _LEAST_SHORT:
        return
    if all(len(text) <= _CONTROL_CHARS and not ends_like_sentence(text) for text in short):
        shown = "; ".join(short[:_LEAST_SHORT])
        raise MissingField("body", f"Under the article's header are only short lines, no text: {shown!r}.")


def check_not_removed(blocks: Sequence[BodyBlock]) -> None:
    """Check that a body isn't a notice that the text was removed.

    Raises:
        MissingField: it is.
    """
    if 0 < len(blocks) <= _MOST_OF_NOTICE and is_removal(blocks[0].text or ""):
        raise MissingField("body", f"In place of a text the page says {blocks[0].text!r}.")


def copies_end(blocks: Sequence[BodyBlock]) -> int | None:
    """The number of blocks that a body has without its second copy; None when it has none."""
    half, rest = divmod(len(blocks), 2)
    if rest or len(blocks) < _LEAST_BLOCKS:
        return None
    return half if list(blocks[:half]) == list(blocks[half:]) else None
