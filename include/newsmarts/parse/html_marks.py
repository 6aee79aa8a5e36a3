"""Marks: the elements of an HTML page that publishers' rules look out for.

A mark is a small CSS selector. An element is named by ``tag``, ``#id``, ``.class``, ``[attribute]`` and
``[attribute=value]``, all of which must hold (``div.story[lang=en]``); a space between two means that the
second is inside the first, ``>`` that it is directly inside. Nothing else of CSS is known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

_NAME = r"-?[a-zA-Z_][\w:-]*"
_ELEMENT = re.compile(
    rf"(?P<tag>[a-z][a-z0-9-]*)?(?P<names>(?:[#.]{_NAME}|\[{_NAME}(?:=(?:\"[^\"\]]*\"|'[^'\]]*'|[^\"'\]\s]+))?\])*)"
)
_NAMES = re.compile(rf"([#.])({_NAME})|\[({_NAME})(?:=[\"']?([^\"'\]]*)[\"']?)?\]")
_PARTS = re.compile(r"\s*(>)\s*|\s+(?![^\[]*\])")
_IN_RUNS = frozenset({"li", "div", "p", "dd", "a", "span", "b", "strong", "em", "i", "small"})


class Element(NamedTuple):
    """What an element must be to match, and which one it must be inside."""

    tag: str
    id: str
    classes: frozenset[str]
    attributes: tuple[tuple[str, str | None], ...]
    outer: int  # the place of that one among all; -1: none
    is_child: bool  # it must be directly inside
    mark: str | None  # that it is the last element of

    @property
    def names(self) -> list[str]:
        """The words that the markup of a matching element has."""
        words = [name if value is None else value for name, value in self.attributes]
        return [word for word in (self.id, *self.classes, *words) if word]

    def fits(self, tag: str, attributes: Mapping[str, Any]) -> bool:
        """Whether an element matches, wherever it is."""
        return (
            self.tag in {"", tag}
            and (not self.id or attributes.get("id") == self.id)
            and (not self.classes or self.classes <= {*str(attributes.get("class", "")).split()})
            and all(
                name in attributes and value in {None, str(attributes[name])}
                for name, value in self.attributes
            )
        )


def elements_of(mark: str, first: int = 0) -> list[Element]:
    """The elements of a mark, outermost first, as the places from ``first`` on.

    Raises:
        ValueError: it isn't a mark, or is one that any page has (a tag alone, as ``p``).
    """
    parts = _PARTS.split(mark.strip())
    found: list[Element] = []
    for at in range(0, len(parts), 2):
        match = _ELEMENT.fullmatch(parts[at] or "")
        if match is None or not match[0]:
            raise ValueError(f"{mark!r} is not a selector like div.story, #text > p or time[itemprop=date]")
        names = _NAMES.findall(match["names"])
        found.append(
            Element(
                tag=match["tag"] or "",
                id=next((name for sign, name, _, _ in names if sign == "#"), ""),
                classes=frozenset(name for sign, name, _, _ in names if sign == "."),
                attributes=tuple((name.lower(), value or None) for sign, _, name, value in names if not sign),
                outer=first + len(found) - 1 if found else -1,
                is_child=at > 0 and parts[at - 1] == ">",
                mark=mark if at == len(parts) - 1 else None,
            )
        )
    if all(not each.names and each.tag in {"", *_IN_RUNS} for each in found):
        raise ValueError(f"{mark!r} names no class, id or attribute, and any page has such elements")
    return found


class Marks:
    """All marks that are looked out for, and which elements may match one."""

    def __init__(self, marks: Collection[str]) -> None:
        self.elements: list[Element] = []
        for mark in sorted(marks):
            self.elements += elements_of(mark, len(self.elements))
        self.by_tag: dict[str, tuple[int, ...]] = {}
        self.by_id: dict[str, tuple[int, ...]] = {}
        self.by_class: dict[str, tuple[int, ...]] = {}
        self.by_attribute: dict[str, tuple[int, ...]] = {}
        for at, element in enumerate(self.elements):
            if element.id:
                places, name = self.by_id, element.id
            elif element.classes:
                places, name = self.by_class, min(element.classes)
            elif element.attributes:
                places, name = self.by_attribute, element.attributes[0][0]
            else:
                places, name = self.by_tag, element.tag
            places[name] = (*places.get(name, ()), at)
        self.around_runs = frozenset(
            self.elements[at].outer for tag, places in self.by_tag.items() for at in places if tag in _IN_RUNS
        )
        """The places of those around elements that match by a tag alone which runs of links have."""


@lru_cache(maxsize=8)
def marks_of(marks: frozenset[str]) -> Marks:
    """The marks with these names, made once."""
    return Marks(marks)


class MarkFinder:
    """Finds the marked elements of one page, as they open and close."""

    def __init__(self, marks: Marks) -> None:
        self.tags = marks.by_tag
        self._marks = marks
        self._by_classes: dict[str, tuple[int, ...]] = {}  # a page's elements share few lists of classes
        self._open = [0] * len(marks.elements)  # for each element of a mark how many that match it are open

    def open(self, tag: str, attributes: Mapping[str, Any], parent: Collection[int]) -> tuple[int, ...]:
        """The elements of marks that one which begins matches, given those that its parent matches."""
        marks = self._marks
        found: tuple[int, ...] = ()
        if attributes:
            classes = attributes.get("class")
            if classes:
                known = self._by_classes.get(classes)
                if known is None:
                    known = tuple(at for name in classes.split() for at in marks.by_class.get(name, ()))
                    self._by_classes[classes] = known
                found = known
            if "id" in attributes:
                found += marks.by_id.get(attributes["id"], ())
            for name in marks.by_attribute:
                if name in attributes:
                    found += marks.by_attribute[name]
        if tag in marks.by_tag:
            found += marks.by_tag[tag]
        if not found:
            return ()
        matched: list[int] = []
        for at in found:
            element = marks.elements[at]
            outer = element.outer
            if (outer < 0 or (outer in parent if element.is_child else self._open[outer])) and element.fits(
                tag, attributes
            ):
                matched.append(at)
        for at in matched:
            self._open[at] += 1
        return tuple(matched)

    def may_be_in_a_run(self) -> bool:
        """Whether a run of links that begins here may hold elements that match by their tag alone."""
        return any(self._open[outer] for outer in self._marks.around_runs)

    def close(self, matched: Collection[int]) -> list[str]:
        """The marks of an element that ends."""
        for at in matched:
            self._open[at] -= 1
        return [mark for at in matched if (mark := self._marks.elements[at].mark) is not None]
