"""The blocks and containers of a page, collected in reading order."""

from __future__ import annotations

from collections.abc import Sequence

from newsmarts.parse.decoding import fold_line
from newsmarts.parse.html_parts import Piece, parts_of
from newsmarts.parse.reading import Head, Kind, Reading

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu"})
_TIGHT = frozenset({"li", "figure", "blockquote"})  # what is in one of these belongs together
SHAPING = frozenset({*_HEADINGS, *_LISTS, *_TIGHT, "figcaption"})


class BlockCollector:
    """What the walk makes of a page's containers and of the texts in them."""

    def __init__(self) -> None:
        reading = self._reading = Reading([], [], [], [], ended=False)
        self.texts, self.kinds = reading.texts, reading.kinds
        self.apart, self.indents = reading.apart, reading.indents
        self.links, self.owners, self.marks = reading.links, reading.owners, reading.marks
        self.starts, self.ends, self.parents = reading.starts, reading.ends, reading.parents
        self.names = reading.names
        self._tags: list[str] = [""]  # of the containers that are open
        self._pieces: list[Piece] = []
        self._pictures: list[tuple[str, str]] = []  # alt and address, met amid a block's text
        self._container = -1
        self._link: tuple[int, str] | None = None
        self._bold = 0  # how many bold elements are open
        self._plain = False  # whether some text of the block being read isn't bold
        self._button = -1  # of a button amid a text: how many pieces were before it
        self._inline = 0  # the outermost inline element that is open in the container (0: none)
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

    def _take_run(self, tag: str, entries: Sequence[tuple[str, str]]) -> None:
        """Take a run's entries all in one, as they would be taken one by one."""
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
            one, other = self._kind(split=False, link=None), self._kind(split=False, link=None)
            self.kinds += [one, *[other] * (count - 1)]
        if self._bold:
            self._reading.bold.update(range(where, where + count))
        addresses, texts = zip(*entries, strict=True)
        self.texts += map(fold_line, texts)
        self.links += addresses
        self.indents += [self._level or len(self._lists)] * count
        self.owners += range(first, first + count)
        self.starts += range(where, where + count)
        self.ends += range(where + 1, where + count + 1)
        self.parents += [self._container] * count
        self.names += [tag] * count
        self._breaks = 0
        self._link = None

    def _open_container(self, tag: str, where: int) -> int:
        container = len(self.starts)
        self.starts.append(where)
        self.ends.append(where)
        self.parents.append(self._container)
        self.names.append(tag)
        self._container = container
        self._tags.append(tag)
        self._breaks = self._inline = 0
        if tag in SHAPING:
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

    def _leave_container(self, tag: str, container: int) -> None:
        self.ends[container] = len(self.texts)
        self._container = self.parents[container]
        self._tags.pop()
        self._breaks = 0
        if tag in SHAPING:
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
