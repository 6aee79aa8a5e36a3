"""What a publisher's file provides, what reading a page with it gives, and how the files are found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from newsmarts.core.records import Article
from newsmarts.parse.addresses import Site
from newsmarts.parse.reading import Reading, Roles


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """An article, and for each block of its page what the block was taken for."""

    article: Article
    reading: Reading
    roles: Roles


@runtime_checkable
class Publisher(Protocol):
    """A publisher's rules: how to know its pages, and how to read one."""

    @property
    def slug(self) -> str:
        """The publisher's name in records and paths."""
        ...

    @property
    def marks(self) -> frozenset[str]:
        """The names that its rules use in ``Reading.mark``, as ``#id`` or ``.class``."""
        ...

    @property
    def site(self) -> Site:
        """Its web addresses, and what they say of the pages at them."""
        ...

    def recognises(self, reading: Reading) -> bool:
        """Whether a page is this publisher's, by its own marks."""
        ...

    def read(self, reading: Reading, roles: Roles, captured_at: datetime | None) -> ParsedPage:
        """Read one article page.

        ``roles`` has "" for each block and is filled in on the way: who gave it sees how far the reading
        came, even when it ends in an error.

        Raises:
            CaptureError: the page is ambiguous, or not an article. The caller looks for evidence that it
                isn't one: in its address, its head and what it consists of.
        """
        ...
