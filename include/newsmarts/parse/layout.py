"""The words that a publisher's pages are found by, and from which day on they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from newsmarts.core.publishers import site_names
from newsmarts.parse.reading import NOISE, Reading, Roles, take
from newsmarts.parse.tags import may_be_tag

_NONE: frozenset[str] = frozenset()

# What pages of any site set among their text, as whole lines, casefolded.
FURNITURE = frozenset(
    {
        "", "x", "advertisement", "sponsored", "share", "share this", "print", "copy link", "listen",
        "loading...", "loading…", "follow us", "subscribe", "subscribe to our newsletter", "by", "by:",
        "source", "source:",
    }
)  # fmt: skip

# Labels of other articles that sites print, whose headlines follow; each publisher's own are in its layout.
MORE_ARTICLES = (
    "Related Topics", "Related Posts", "Related Coverage", "Related Content", "Related Reading",
    "Related News", "Related Articles", "Related Stories", "You may also like", "You might also like",
    "You may like", "Recommended", "Recommended for you", "Recommended Stories", "Recommended Reading",
    "More on this story", "More on this topic", "More Stories", "More News", "More from us", "Also read",
    "Read also", "See also", "Don't miss", "Don’t miss", "In other news", "Editor's picks",
    "Editor’s picks", "Trending", "Trending now", "Must read", "Must reads", "Top stories",
    "Further reading", "Suggested reading", "Suggested articles", "Similar news", "Similar articles",
    "Similar stories", "Other news", "Other stories", "Latest news",
    "You may also be interested in", "Read next",
    "Related videos", "Related links", "You may have missed", "You might have missed", "Popular",
    "Popular now", "Most popular", "Stories you may like", "What others read", "What others are reading",
    "Today's picks", "Today’s picks", "From our partners", "Around the web", "Background reading",
    "Other developments",
    "In this section", "On the same topic", "Top news",
    *(f"{label} {name}" for label in ("More from", "Also on") for name in site_names()),
)  # fmt: skip

TICKER = "ticker"
FOOTER = "footer"
LIST_NAMES = ("most_read", "coverage", "read_next")
_LEAST_NAMES = 3  # of a menu
Labels = Sequence[tuple[int, str]]


@dataclass(frozen=True)
class Layout:
    """One layout of a publisher's pages, as whole lines; a redesign is a new layout with what changed.

    ``related_labels``, ``form_lines`` and ``noise`` are casefolded, the rest as the page writes it.
    """

    valid_from: date  # the first capture day that it holds for
    site_names: frozenset[str]  # as heads append them to titles
    masthead: frozenset[str] = _NONE
    navigation: frozenset[str] = _NONE
    ticker_labels: frozenset[str] = _NONE
    listen_labels: frozenset[str] = _NONE
    related_labels: frozenset[str] = _NONE
    list_labels: Mapping[str, str] = field(default_factory=dict)  # a list's label and its name
    all_link: str | None = None  # the first line of a list, which leads to all of it
    footer_lines: frozenset[str] = _NONE
    tail_labels: frozenset[str] = _NONE  # of what may come between a text and the form, casefolded
    form_lines: frozenset[str] = _NONE  # a comment form begins with one of them
    sections: frozenset[str] = _NONE
    noise: frozenset[str] = _NONE  # lines that aren't part of an article, wherever they are

    @cached_property
    def passed_over(self) -> frozenset[str]:
        """Lines that are never a headline."""
        return self.masthead | self.navigation | self.sections | self.ticker_labels

    @cached_property
    def list_noise(self) -> frozenset[str]:
        """Entries of lists that aren't part of an article: furniture, and labels in one."""
        labels = (*self.list_labels, *self.ticker_labels, *self.listen_labels)
        return self.noise | self.related_labels | {label.casefold() for label in labels}

    @cached_property
    def _fixed_lines(self) -> frozenset[str]:
        return self.masthead.union(self.list_labels, self.footer_lines)

    @cached_property
    def _label_names(self) -> Mapping[str, str]:
        return (
            dict.fromkeys(self.ticker_labels, TICKER)
            | dict.fromkeys(self.footer_lines, FOOTER)
            | dict(self.list_labels)
        )

    def labels_in(self, reading: Reading) -> list[tuple[int, str]]:
        """The lines that are word for word a label, and which: TICKER, FOOTER or a list's name."""
        names = self._label_names
        return [
            (index, names[text])
            for index, text in enumerate(reading.texts)
            if text in names and not may_be_tag(reading, index)
        ]

    def is_label(self, text: str) -> bool:
        """Whether a line is a label or a fixed line of the page's frame."""
        return text in self._fixed_lines or text.casefold() in self.related_labels


def mark_menus(reading: Reading, roles: Roles, layout: Layout, start: int, end: int) -> None:
    """Mark menus among the unused blocks of [start, end): names of the navigation in a row.

    Names of sections alone may be tags, or a list of the body.
    """
    texts, frame = reading.texts, layout.passed_over
    if frame.isdisjoint(texts[start:end]):
        return
    at = start
    while at < end:
        stop = at
        while stop < end and not roles[stop] and texts[stop] in frame:
            stop += 1
        if stop - at >= _LEAST_NAMES and not layout.navigation.isdisjoint(texts[at:stop]):
            take(roles, at, stop, NOISE)
        at = stop + 1


def layout_at(layouts: Sequence[Layout], captured_at: datetime | None) -> Layout:
    """The newest layout that held when the page was captured.

    The newest of all when the moment isn't known; the oldest for a capture older than all of them.
    """
    known = sorted(layouts, key=lambda layout: layout.valid_from)
    if captured_at is None:
        return known[-1]
    held = [layout for layout in known if layout.valid_from <= captured_at.date()]
    return held[-1] if held else known[0]


def spellings(*labels: str) -> frozenset[str]:
    """Labels as pages write them: in any of three cases, with or without a colon."""
    cased = {form for label in labels for form in (label, label.title(), label.upper(), label.capitalize())}
    return frozenset(cased | {f"{label}:" for label in cased})


def casefolded(*labels: str) -> frozenset[str]:
    """Labels in any case, with or without a colon."""
    return frozenset(form for label in labels for form in (label.casefold(), f"{label.casefold()}:"))


MORE_LABELS = casefolded(*MORE_ARTICLES)
