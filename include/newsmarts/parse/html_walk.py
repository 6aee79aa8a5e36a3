"""The walk over a page's elements and texts that makes blocks of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from newsmarts.parse.decoding import fold_line
from newsmarts.parse.furniture import is_control
from newsmarts.parse.html_attributes import (
    address_of,
    is_bold,
    is_hidden,
    is_shadow_root,
    is_spoken,
    mail_address_of,
)
from newsmarts.parse.html_blocks import SHAPING, BlockCollector
from newsmarts.parse.html_marks import MarkFinder, marks_of
from newsmarts.parse.html_parts import GAP
from newsmarts.parse.html_tags import CONTAINERS, SKIPPED
from newsmarts.parse.reading import Region

_LINES = frozenset({"br", "hr"})
_PICTURES = frozenset({"img", "svg", "i"})
_LEAVES = _LINES | {"img", "svg", "input"}
_SPECIAL = SKIPPED | _LEAVES
_SPACES = " \t\n\f\r"
_BOLD = frozenset({"b", "strong"})
_BUTTONS = frozenset({"button", "label"})
_INLINE = _BOLD | _BUTTONS | {"time", "i"}
_NAMED = SHAPING | _INLINE | {"a"}  # elements whose end means something


_Open = tuple[str, int, int, int, tuple[int, ...]]
"""An element that the walk is inside of: its tag; its container (-1: an inline element); the outermost inline
element around it in its container (0: none); the block that comes next; its marks. No class of its own: pages
have over a thousand."""


class Walker(BlockCollector):
    """Takes a page's elements and texts once, in reading order, and collects its blocks.

    ``marks`` are the elements to look out for; see ``newsmarts.parse.html_marks``. ``sees_hidden``: what a
    style hides is read like the rest.
    """

    def __init__(self, marks: Collection[str] = (), *, sees_hidden: bool = False) -> None:
        super().__init__()
        self._sees_hidden = sees_hidden
        self._open: list[_Open] = []
        self._elements = 0  # how many inline elements there were
        self._finder = MarkFinder(marks_of(frozenset(marks)))
        self._marked_tags = self._finder.tags
        self._marked_at: dict[int, int] = {}  # of open marked inline elements: how many pieces were before
        self._icon = -1  # of an element that may be a picture of a font: how many pieces were before it
        self._skipped = 0  # how many elements are open of which nothing is to be seen
        self._hidden: Walker | None = None  # reads the outermost of them, when a style hides it

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take an element's beginning."""
        if self._skipped:
            self._skipped += 1
            if self._hidden is not None:
                self._hidden.start(tag, attributes)
        elif tag in _SPECIAL and not (tag == "template" and is_shadow_root(attributes)):
            self._skipped = 1
            if tag in _LEAVES and not is_hidden(attributes):
                self._leaf(tag, attributes)
        elif attributes and self._is_unseen(tag, attributes):
            self._skipped = 1
        else:
            self._open_element(tag, attributes)

    def end(self, tag: str) -> None:
        """Take an element's end."""
        if not self._skipped:
            self._leave()
            return
        self._skipped -= 1
        if self._hidden is not None:
            if self._skipped:
                self._hidden.end(tag)
            else:
                self._take_hidden(self._hidden)

    def data(self, text: str) -> None:
        """Take a text, or part of one."""
        if self._skipped:
            if self._hidden is not None:
                self._hidden.data(text)
        elif self._pieces or self._inline or text.strip(_SPACES):  # what lies between elements says nothing
            self._pieces.append((text, self._link, self._inline))
            if not (self._bold or self._plain or text.isspace()):
                self._plain = True

    def run(self, tag: str, entries: Sequence[tuple[str, str]]) -> bool:
        """Take a run of links, as ``Run`` has it; False when marks may be among its elements."""
        if self._skipped:
            return self._hidden is None or self._hidden.run(tag, entries)
        if self._finder.may_be_in_a_run():
            return False
        self._take_run(tag, entries)
        return True

    def finish(self) -> None:
        """End what is still open: the page is over."""
        while self._open:
            self._leave()
        self._flush()

    def _open_element(self, tag: str, attributes: Mapping[str, str]) -> None:
        marks: tuple[int, ...] = ()
        if attributes or tag in self._marked_tags:
            marks = self._finder.open(tag, attributes, self._open[-1][4] if self._open else ())
        inline = self._inline
        if tag in CONTAINERS and (tag not in _BUTTONS or not self._is_amid_text()):
            if self._pieces or self._pictures:
                self._flush()
            where = len(self.texts)
            container = self._open_container(tag, where)
        else:
            where, container = len(self.texts), -1
            if marks:
                self._marked_at[len(self._open)] = len(self._pieces)
            self._elements += 1
            if not inline:
                self._inline = self._elements
            if tag == "a":
                self._link = (self._elements, attributes.get("href", ""))
            elif tag in _INLINE:
                self._open_inline(tag, attributes)
        if "style" in attributes and tag not in _NAMED and is_bold(attributes):
            tag = "b"
            self._bold += 1
        self._open.append((tag, container, inline, where, marks))

    def _take_hidden(self, hidden: Walker) -> None:
        """Take what a hidden element holds, at its place."""
        self._hidden = None
        hidden.finish()
        kinds = zip(hidden.texts, hidden.kinds, strict=True)
        texts = [text for text, kind in kinds if text and kind != "image"]
        if texts:
            pending = any(not text.isspace() for text, _, _ in self._pieces)
            self._reading.hidden.append((len(self.texts) + pending, texts))

    def _is_unseen(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Whether an element is hidden, amid a text for screen readers, or replaced by a mail address."""
        if ("style" in attributes or "hidden" in attributes) and is_hidden(attributes):
            if self._sees_hidden or self._is_folded():
                return False
            self._hidden = Walker(sees_hidden=True)
            return True
        if tag in CONTAINERS:
            return False
        if "data-cfemail" in attributes and (address := mail_address_of(attributes["data-cfemail"])):
            self.data(address)
            return True
        return "class" in attributes and bool(self._link or self._pieces) and is_spoken(attributes["class"])

    def _is_folded(self) -> bool:
        """Whether what is hidden here is the rest of a text, whose button comes right before it."""
        words = fold_line("".join(text for text, _, _ in self._pieces)) if self._pieces else ""
        if not words and self.texts:
            words = self.texts[-1]
        return is_control(words)

    def _leaf(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take an element that holds nothing to be read."""
        if tag in _PICTURES and self._pieces and self._pieces[-1][0] != GAP:  # words around it are two
            self._pieces.append((GAP, self._link, self._inline))
        if tag == "img":
            self._picture(attributes.get("alt", ""), address_of(attributes))
        elif tag in _LINES:
            self._flush()
            self._breaks += tag == "br"
        elif attributes.get("placeholder"):
            self._flush()
            self._emit(fold_line(attributes["placeholder"]), "field", None)

    def _is_amid_text(self) -> bool:
        """Whether a button that begins here is amid a text; of nested ones the outermost counts."""
        return self._button < 0 and bool(self._pieces)

    def _open_inline(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _BOLD:
            self._bold += 1
        elif tag == "i":
            self._icon = len(self._pieces) if "class" in attributes else -1
        elif tag == "time":
            self._reading.times.append((len(self.texts), attributes.get("datetime", "")))
        else:
            self._button = len(self._pieces)

    def _leave(self) -> None:
        """Take the end of the innermost element that is open."""
        tag, container, inline, where, marks = self._open.pop()
        if container >= 0:
            if self._pieces or self._pictures:
                self._flush()
            self._leave_container(tag, container)
            if tag == "b":
                self._bold -= 1
        elif tag == "a":
            self._link = None
        elif tag in _BOLD:
            self._bold -= 1
        elif tag in _BUTTONS:
            self._leave_button()
        elif tag == "i" and self._icon == len(self._pieces):
            self._leaf(tag, {})
        self._inline = inline
        if marks:
            self._leave_marked(marks, where, inline=container < 0)

    def _leave_marked(self, marks: tuple[int, ...], where: int, *, inline: bool) -> None:
        """Note which blocks, or what part of the one being read, a marked element holds."""
        pending = any(not text.isspace() for text, _, _ in self._pieces)
        text, before = None, 0
        if inline:
            at = self._marked_at.pop(len(self._open))
            if pending and where == len(self.texts):
                pieces = [piece for piece, _, _ in self._pieces]
                text, before = fold_line("".join(pieces[at:])), len(fold_line("".join(pieces[:at])))
        region = Region(where, len(self.texts) + pending, text, before)
        for mark in self._finder.close(marks):
            self.marks.setdefault(mark, []).append(region)

    def _leave_button(self) -> None:
        """End a button amid a text: one with words is a block of its own, an empty one parts nothing."""
        if self._button < 0:  # something in it ended the block
            return
        before, words = self._pieces[: self._button], self._pieces[self._button :]
        self._button = -1
        if any(not text.isspace() for text, _, _ in words):
            for pieces in (before, words):
                self._pieces = pieces
                self._flush()
