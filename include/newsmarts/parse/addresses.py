"""What a publisher's own web addresses say of the pages at them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import urljoin

from newsmarts.parse.identity import normalised_address

ARTICLE: Final = "article"
# Languages whose articles are not written in Latin letters.
_NOT_LATIN = frozenset(
    {"am", "ar", "be", "bg", "bn", "el", "fa", "he", "hi", "hy", "ja", "ka", "kk", "ko", "ku", "mk", "ps",
     "ru", "sr", "ta", "te", "th", "uk", "ur", "yi", "zh"}
)  # fmt: skip
NO_PATTERN: Final = re.compile(r"(?!)")


@dataclass(frozen=True)
class Site:
    """The addresses of the edition of a publisher that there are rules for.

    Patterns match as a whole, whatever the case: ``articles`` and ``others`` the path after the host, without
    slashes around it ("news/politics/port-opens", "" for the home page), ``other_editions`` host and path.
    """

    hosts: frozenset[str] = frozenset()  # without "www."
    base: str = ""  # what relative links of its pages are relative to
    articles: re.Pattern[str] = NO_PATTERN
    others: Mapping[str, re.Pattern[str]] = field(default_factory=dict)  # by the reason code of their kind
    other_editions: re.Pattern[str] = NO_PATTERN
    language: str = "en"  # of its articles

    @cached_property
    def is_latin(self) -> bool:
        """Whether its articles are written in Latin letters."""
        return self.language.partition("-")[0] not in _NOT_LATIN

    def has_host_of(self, address: str | None) -> bool:
        """Whether an address is at one of the edition's own hosts."""
        place = normalised_address(address) if address else None
        return place is not None and place.partition("/")[0] in self.hosts

    def kind_of(self, address: str | None) -> str | None:
        """ARTICLE, or the reason code of another kind of page; None when the address doesn't say."""
        place = normalised_address(address) if address else None
        if place is None:
            return None
        place = place.casefold()
        if self.other_editions.fullmatch(place):
            return "other_language"
        host, _, path = place.partition("/")
        if host not in self.hosts:
            return None
        named = (code for code, pattern in self.others.items() if pattern.fullmatch(path))
        return next(named, ARTICLE if self.articles.fullmatch(path) else None)

    def owns(self, address: str | None) -> bool:
        """Whether an address is at one of the publisher's hosts, or in another edition of its."""
        place = normalised_address(address) if address else None
        return place is not None and (
            place.partition("/")[0] in self.hosts or bool(self.other_editions.fullmatch(place.casefold()))
        )

    def article_at(self, link: str | None) -> str | None:
        """The address of the article that a page's link leads to; None when it leads elsewhere."""
        if not link or link.startswith(("#", "javascript:", "mailto:")):
            return None
        try:
            address = normalised_address(urljoin(self.base, link))
        except ValueError:
            return None
        return address if address and self.kind_of(f"https://{address}") == ARTICLE else None
