"""The walk over a page's elements and texts that makes blocks of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from newsmarts.parse.decoding import fold_line
from newsmarts.parse.furniture import is_control
from newsmarts.parse.html_attributes import address_of, is_bold, is_hidden, is_spoken
from newsmarts.parse.html_marks import MarkFinder, marks_of
from newsmarts.parse.html_parts import GAP, Piece, parts_of
from newsmarts.parse.html_tags import CONTAINERS, SKIPPED
from newsmarts.parse.reading import Head, Kind, Reading, Region

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu"})
_TIGHT = frozenset({"li", "figure", "blockquote"})  # what is in one of these belongs together
_SHAPING = frozenset({*_HEADINGS, *_LISTS, *_TIGHT, "figcaption"})
_LINES = frozenset({"br", "hr"})
_PICTURES = frozenset({"img", "svg", "i"})
_LEAVES = _LINES | {"img", "svg", "input"}
_SPECIAL = SKIPPED | _LEAVES
_SPACES = frozenset({"\n", " "})
_BOLD = frozenset({"b", "strong"})
_BUTTONS = frozenset({"button", "label"})
_INLINE = _BOLD | _BUTTONS | {"time", "i"}
_NAMED = _SHAPING | _INLINE | {"a"}  # elements whose end means something


_Open = tuple[str, int, int, int, int, tuple[int, ...]]
"""An element that the walk is inside of: its tag; its container (-1: an inline element); the outermost inline
element around it in its container, and how many; the block that comes next; its marks. No class of its own: a
page has over a thousand."""


class Walker:
    """Takes a page's elements and texts once, in reading order, and collects its blocks.

    ``marks`` are the elements to look out for; see ``newsmarts.parse.html_marks``. ``sees_hidden``: what a
    style hides is read like the rest.
    """

    def __init__(self, marks: Collection[str] = (), *, sees_hidden: bool = False) -> None:
        reading = self._reading = Reading([], [], [], [], ended=False)
        self._sees_hidden = sees_hidden
        self.texts, self.kinds = reading.texts, reading.kinds
        self.apart, self.indents = reading.apart, reading.indents
        self.links, self.owners, self.marks = reading.links, reading.owners, reading.marks
        self.starts, self.ends, self.parents = reading.starts, reading.ends, reading.parents
        self.names = reading.names
        self._open: list[_Open] = []
        self._tags: list[str] = [""]  # of the containers that are open
        self._finder = MarkFinder(marks_of(frozenset(marks)))
        self._marked_tags = self._finder.tags
        self._marked_at: dict[int, int] = {}  # of open marked inline elements: how many pieces were before
        self._pieces: list[Piece] = []
        self._pictures: list[tuple[str, str]] = []  # alt and address, met amid a block's text
        self._container = -1
        self._link: tuple[int, str] | None = None
        self._bold = 0  # how many bold elements are open
        self._icon = -1  # of an element that may be a picture of a font: how many pieces were before it
        self._plain = False  # whether some text of the block being read isn't bold
        self._button = -1  # of a button amid a text: how many pieces were before it
        self._inline = self._inline_depth = self._elements = 0
        self._level = 0
        self._in_caption = False
        self._breaks = 0
        self._lists: list[int] = []
        self._items: list[bool] = []  # for each open li whether it has given a block
        self._tight: list[int] = []
        self._last_tight = -1

    def reading(self, head: Head, *, ended: bool) -> Reading:
        """What the walk has found."""
        self._reading.head, self._reading.ended = head, ended
        return self._reading

    def text(self, text: str) -> None:
        """Take a visible text."""
        if self._pieces or self._inline or text not in _SPACES:  # what lies between elements says nothing
            self._pieces.append((text, self._link, self._inline))
            if not (self._bold or self._plain or text.isspace()):
                self._plain = True

    def finish(self) -> None:
        """End what is still open: the page is over."""
        while self._open:
            self.leave()
        self._flush()

    def enter(self, tag: str, attributes: Mapping[str, Any]) -> bool:
        """Take an element's beginning; False when nothing in it is read (``leave`` isn't called then)."""
        if tag in _SPECIAL:
            if tag in _LEAVES and not is_hidden(attributes):
                self._leaf(tag, attributes)
            return False
        marks: tuple[int, ...] = ()
        if attributes and self._is_unseen(tag, attributes):
            return False
        if attributes or tag in self._marked_tags:
            marks = self._finder.open(tag, attributes, self._open[-1][5] if self._open else ())
        inline, depth = self._inline, self._inline_depth
        where = len(self.texts)
        if tag in CONTAINERS and not (tag in _BUTTONS and self._is_amid_text()):
            if self._pieces or self._pictures:
                self._flush()
                where = len(self.texts)
            container = self._open_container(tag, where)
        else:
            container = -1
            if marks:
                self._marked_at[len(self._open)] = len(self._pieces)
            self._elements += 1
            if depth == 0:
                self._inline = self._elements
            self._inline_depth = depth + 1
            if tag == "a":
                self._link = (self._elements, str(attributes.get("href", "")))
            elif tag in _INLINE:
                self._open_inline(tag, attributes)
        if "style" in attributes and tag not in _NAMED and is_bold(attributes):
            tag = "b"
            self._bold += 1
        self._open.append((tag, container, inline, depth, where, marks))
        return True

    @staticmethod
    def is_hidden(tag: str, attributes: Mapping[str, Any]) -> bool:
        """Whether an element that isn't entered holds text that a style hides."""
        return tag not in _SPECIAL and bool(attributes) and is_hidden(attributes)

    def take_hidden(self, texts: list[str]) -> None:
        """Take what a hidden element holds, at its place."""
        if texts:
            pending = any(not text.isspace() for text, _, _ in self._pieces)
            self._reading.hidden.append((len(self.texts) + pending, texts))

    def run(self, tag: str, entries: Sequence[tuple[str, str]]) -> None:
        """Take elements ``tag`` that hold a link each, of some words, and nothing else: its text and address.

        All in one, and as ``enter``, ``text`` and ``leave`` would have it for each of them.
        """
        if self._pieces or self._pictures:
            self._flush()
        where, first, count = len(self.texts), len(self.starts), len(entries)
        own_tie = tag in _TIGHT and not self._tight
        tight = self._tight[0] if self._tight else -1
        self.apart.append(tight < 0 or tight != self._last_tight)
        self.apart += [tight < 0] * (count - 1)
        self._last_tight = first + count - 1 if own_tie else tight
        if tag == "li" and not (self._level or self._in_caption):
            self.kinds += ["bullet"] * count
        else:
            self.kinds += [self._kind(split=False, link=None) for _ in range(count)]
        self.texts += [fold_line(text) for text, _ in entries]
        self.links += [link for _, link in entries]
        self.indents += [self._level or len(self._lists)] * count
        self.owners += range(first, first + count)
        self.starts += range(where, where + count)
        self.ends += range(where + 1, where + count + 1)
        self.parents += [self._container] * count
        self.names += [tag] * count
        self._breaks = 0
        self._link = None

    def _is_unseen(self, tag: str, attributes: Mapping[str, Any]) -> bool:
        """Whether an element is hidden, or amid a text for screen readers alone."""
        if ("style" in attributes or "hidden" in attributes) and is_hidden(attributes):
            return not (self._sees_hidden or self._is_folded())
        if tag in CONTAINERS or "class" not in attributes:
            return False
        return bool(self._link or self._pieces) and is_spoken(attributes)

    def _is_folded(self) -> bool:
        """Whether what is hidden here is the rest of a text, whose button comes right before it."""
        words = fold_line("".join(text for text, _, _ in self._pieces)) if self._pieces else ""
        if not words and self.texts:
            words = self.texts[-1]
        return is_control(words)

    def _leaf(self, tag: str, attributes: Mapping[str, Any]) -> None:
        """Take an element that holds nothing to be read."""
        if tag in _PICTURES and self._pieces and self._pieces[-1][0] != GAP:  # words around it are two
            self._pieces.append((GAP, self._link, self._inline))
        if tag == "img":
            self._picture(str(attributes.get("alt", "")), address_of(attributes))
        elif tag in _LINES:
            self._flush()
            self._breaks += tag == "br"
        elif attributes.get("placeholder"):
            self._flush()
            self._emit(fold_line(str(attributes["placeholder"])), "field", None)

    def _is_amid_text(self) -> bool:
        """Whether a button that begins here is amid a text; of nested ones the outermost counts."""
        return self._button < 0 and bool(self._pieces)

    def _open_inline(self, tag: str, attributes: Mapping[str, Any]) -> None:
        if tag in _BOLD:
            self._bold += 1
        elif tag == "i":
            self._icon = len(self._pieces) if "class" in attributes else -1
        elif tag == "time":
            self._reading.times.append((len(self.texts), str(attributes.get("datetime", ""))))
        else:
            self._button = len(self._pieces)

    def _open_container(self, tag: str, where: int) -> int:
        container = len(self.starts)
        self.starts.append(where)
        self.ends.append(where)
        self.parents.append(self._container)
        self.names.append(tag)
        self._container = container
        self._tags.append(tag)
        self._breaks = self._inline = self._inline_depth = 0
        if tag in _SHAPING:
            self._shape(tag, container)
        return container

    def _shape(self, tag: str, container: int) -> None:
        if tag in _HEADINGS:
            self._level = _HEADINGS[tag]
        elif tag == "figcaption":
            self._in_caption = True
        elif tag in _LISTS:
            self._lists.append(container)
        elif tag == "li":
            self._items.append(False)
        if tag in _TIGHT or (tag in _LISTS and len(self._lists) == 1):
            self._tight.append(container)

    def leave(self) -> None:
        """Take the end of the innermost element that is open."""
        tag, container, inline, depth, where, marks = self._open.pop()
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
        self._inline, self._inline_depth = inline, depth
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

    def _leave_container(self, tag: str, container: int) -> None:
        self.ends[container] = len(self.texts)
        self._container = self.parents[container]
        self._tags.pop()
        self._breaks = 0
        if tag in _SHAPING:
            self._unshape(tag, container)

    def _unshape(self, tag: str, container: int) -> None:
        if tag in _HEADINGS:
            self._level = 0
        elif tag == "figcaption":
            self._in_caption = False
        elif tag in _LISTS:
            self._lists.pop()
        elif tag == "li":
            self._items.pop()
        if self._tight and self._tight[-1] == container:
            self._tight.pop()

    def _picture(self, alt: str, address: str) -> None:
        alt = fold_line(alt)
        if any(not text.isspace() for text, _, _ in self._pieces):
            self._pictures.append((alt, address))  # it doesn't cut the text around it in two
        elif alt or self._tight:
            self._emit(alt, "image", address)
            if self._items:
                self._items[-1] = True

    def _flush(self) -> None:
        """End the block being read."""
        pieces, self._pieces = self._pieces, []
        self._button = -1
        if pieces:
            bold, self._plain = not self._plain, False
            parts = parts_of(pieces, self._tags[-1])
            if len(parts) == 1:
                text, link = parts[0]
                if bold:
                    self._reading.bold.add(len(self.texts))
                self._emit(text, self._kind(split=False, link=link), link)
            else:
                for number, (text, link) in enumerate(parts):
                    self._emit(text, self._kind(split=True, link=link), link, joined=number > 0)
        if self._pictures:
            pictures, self._pictures = self._pictures, []
            for alt, address in pictures:
                if alt:
                    self._emit(alt, "image", address)

    def _kind(self, *, split: bool, link: str | None) -> Kind:
        if self._level:
            return "heading"
        if self._in_caption:
            return "caption"
        if self._items and not self._items[-1]:
            self._items[-1] = True
            return "bullet"
        return "bullet" if split and link is not None else "text"

    def _emit(self, text: str, kind: Kind, link: str | None, *, joined: bool = False) -> None:
        tight = self._tight[0] if self._tight else -1
        together = joined or self._breaks == 1 or (tight >= 0 and tight == self._last_tight)
        self._last_tight = tight
        self._breaks = 0
        self.texts.append(text)
        self.kinds.append(kind)
        self.apart.append(not together)
        self.indents.append(self._level or len(self._lists))
        self.links.append(link)
        self.owners.append(self._container)
