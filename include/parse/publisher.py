"""What a publisher's file provides, and what reading a page with it gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from include.models import Article
from include.parse.reading import Reading, Roles


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """An article, and for each block of its page what the block was taken for."""

    article: Article
    reading: Reading
    roles: Roles


class Publisher(Protocol):
    """A publisher's rules: how to know its pages, and how to read one."""

    @property
    def slug(self) -> str:
        """The publisher's name in records and paths."""
        ...

    def recognises(self, reading: Reading) -> bool:
        """Whether a page says that it is this publisher's."""
        ...

    def read(self, reading: Reading, roles: Roles, captured_at: datetime | None) -> ParsedPage:
        """Read one article page.

        ``roles`` has "" for each block and is filled in on the way: who gave it sees how far the reading
        came, even when it ends in an error.

        Raises:
            CaptureError: the page can't be read for certain, or is no article.
        """
        ...
