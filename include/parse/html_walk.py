"""The walk over an HTML tree that makes blocks of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

from include.parse.decoding import fold_line
from include.parse.html_parts import Piece, parts_of
from include.parse.html_reading import HtmlReading
from include.parse.reading import Head, Kind

_SKIPPED = frozenset(
    {
        "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed",
        "canvas", "audio", "video", "map", "select", "textarea", "head", "title", "datalist",
    }
)  # fmt: skip
_CONTAINERS = frozenset(
    {
        "html", "body", "div", "p", "section", "article", "main", "aside", "header", "footer",
        "nav", "form", "fieldset", "legend", "ul", "ol", "menu", "li", "dl", "dt", "dd", "h1", "h2",
        "h3", "h4", "h5", "h6", "hgroup", "figure", "figcaption", "blockquote", "table", "thead",
        "tbody", "tfoot", "tr", "td", "th", "caption", "pre", "address", "details", "summary",
        "dialog", "center", "button", "label", "search", "marquee",
    }
)  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu"})
_TIGHT = frozenset({"li", "figure", "blockquote"})  # what stands in one of these belongs together
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


class _Open:
    """An element that the walk is inside of."""

    __slots__ = ("children", "container", "inline", "names", "tag", "where")

    def __init__(self, tag: str, node: Tag, *, container: int, inline: tuple[int, int], where: int) -> None:
        self.tag = tag
        self.children: Iterator[PageElement] = iter(node.contents)
        self.container = container  # -1: an inline element
        self.inline = inline  # the inline elements around it: the outermost one, and how many
        self.where = where
        self.names = [f".{name}" for name in node.get_attribute_list("class") if name]
        if node.attrs.get("id"):
            self.names.append(f"#{node.attrs['id']}")


class Walker:
    """Walks a tree once, without recursion, and collects its blocks."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.kinds: list[Kind] = []
        self.apart: list[bool] = []
        self.indents: list[int] = []
        self.links: list[str | None] = []
        self.owners: list[int] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.parents: list[int] = []
        self._tags: list[str] = [""]  # of the containers that are open
        self.marks: dict[str, tuple[int, int]] = {}
        self._pieces: list[Piece] = []
        self._pictures: list[tuple[str, str]] = []  # alt and address, met amid a block's text
        self._container = -1
        self._link: tuple[int, str] | None = None
        self._inline = self._inline_depth = self._elements = 0
        self._level = 0
        self._in_caption = False
        self._breaks = 0
        self._lists: list[int] = []
        self._items: list[bool] = []  # for each open li whether it has given a block
        self._tight: list[int] = []
        self._last_tight = -1

    def reading(self, head: Head, *, ended: bool) -> HtmlReading:
        """What the walk has found."""
        return HtmlReading(
            self.texts,
            self.kinds,
            self.apart,
            self.indents,
            ended,
            head,
            links=self.links,
            owners=self.owners,
            starts=self.starts,
            ends=self.ends,
            parents=self.parents,
            marks=self.marks,
        )

    def walk(self, soup: BeautifulSoup) -> None:
        """Read the whole tree."""
        stack = [_Open("", soup, container=-1, inline=(0, 0), where=0)]
        while stack:
            node = next(stack[-1].children, None)
            if node is None:
                self._leave(stack.pop())
            elif isinstance(node, Tag):
                opened = self._enter(node)
                if opened is not None:
                    stack.append(opened)
            elif type(node) is NavigableString:  # comments, doctypes and scripts are subclasses
                self._pieces.append(Piece(node, self._link, self._inline))
        self._flush()

    def _enter(self, node: Tag) -> _Open | None:
        tag, attributes = node.name, node.attrs
        if tag in _SKIPPED or "hidden" in attributes or _HIDDEN.search(str(attributes.get("style", ""))):
            return None
        if tag == "br":
            self._flush()
            self._breaks += 1
            return None
        if tag == "img":
            self._picture(
                str(attributes.get("alt", "")), str(attributes.get("data-src") or attributes.get("src", ""))
            )
            return None
        if tag == "input":
            if attributes.get("placeholder"):
                self._flush()
                self._emit(fold_line(str(attributes["placeholder"])), "field", None)
            return None
        if tag == "hr":
            self._flush()
            return None
        container = -1
        inline = (self._inline, self._inline_depth)
        if tag in _CONTAINERS:
            self._flush()
            container = self._open_container(tag)
        else:
            self._open_inline(tag, str(attributes.get("href", "")))
        return _Open(tag, node, container=container, inline=inline, where=len(self.texts))

    def _open_container(self, tag: str) -> int:
        container = len(self.starts)
        self.starts.append(len(self.texts))
        self.ends.append(len(self.texts))
        self.parents.append(self._container)
        self._container = container
        self._tags.append(tag)
        self._breaks = self._inline = self._inline_depth = 0
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
        return container

    def _open_inline(self, tag: str, href: str) -> None:
        self._elements += 1
        if self._inline_depth == 0:
            self._inline = self._elements
        self._inline_depth += 1
        if tag == "a":
            self._link = (self._elements, href)

    def _leave(self, opened: _Open) -> None:
        tag = opened.tag
        if opened.container >= 0:
            self._flush()
            self.ends[opened.container] = len(self.texts)
            self._container = self.parents[opened.container]
            self._tags.pop()
            self._breaks = 0
            if tag in _HEADINGS:
                self._level = 0
            elif tag == "figcaption":
                self._in_caption = False
            elif tag in _LISTS:
                self._lists.pop()
            elif tag == "li":
                self._items.pop()
            if self._tight and self._tight[-1] == opened.container:
                self._tight.pop()
        elif tag == "a":
            self._link = None
        self._inline, self._inline_depth = opened.inline
        pending = any(not piece.text.isspace() for piece in self._pieces)
        for name in opened.names:
            self.marks.setdefault(name, (opened.where, len(self.texts) + pending))

    def _picture(self, alt: str, address: str) -> None:
        alt = fold_line(alt)
        if any(not piece.text.isspace() for piece in self._pieces):
            self._pictures.append((alt, address))  # it doesn't cut the text around it in two
        elif alt or self._tight:
            self._emit(alt, "image", address)
            if self._items:
                self._items[-1] = True

    def _flush(self) -> None:
        """End the block being read."""
        pieces, self._pieces = self._pieces, []
        if pieces:
            parts = parts_of(pieces, self._tags[-1])
            for number, (text, link) in enumerate(parts):
                self._emit(text, self._kind(len(parts) > 1, link), link, joined=number > 0)
        pictures, self._pictures = self._pictures, []
        for alt, address in pictures:
            if alt:
                self._emit(alt, "image", address)

    def _kind(self, split: bool, link: str | None) -> Kind:
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
