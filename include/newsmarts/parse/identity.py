"""What identifies an article, whatever the capture's format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from newsmarts.parse.reading import Reading

Identity = tuple[str, ...]

_WORD = re.compile(r"\w+")
_ASCII_WORDS = {code: chr(code).lower() if _WORD.match(chr(code)) else " " for code in range(128)}
_NUMBER = re.compile(r"[1-9]\d{3,11}", re.ASCII)  # "0" and "1" mean no number
_MAX_ADDRESS_CHARS = 2_000


def normalised_headline(headline: str) -> str:
    """A headline's words without case, punctuation and spacing, so that both formats give the same."""
    if headline.isascii():
        return " ".join(headline.translate(_ASCII_WORDS).split())
    headline = unicodedata.normalize("NFKC", headline)
    return " ".join(_WORD.findall(headline.casefold()))


def headline_identity(headline: str | None, published_local: datetime | None) -> Identity | None:
    """An article's publication time, to the minute, and headline; None without either."""
    if not headline or published_local is None:
        return None
    return published_local.isoformat(timespec="minutes"), normalised_headline(headline)


def other_identities(
    reading: Reading, addresses: re.Pattern[str], published_local: datetime | None, *, head_is_own: bool
) -> tuple[Identity, ...]:
    """What else than headline and time an article is known by: its address, its number in the head.

    The address identifies the article of its publication day only: sites give an address that has no number
    to another article when a headline comes back. The number identifies the article of its publication time
    only: pages made from a copy of another's head keep its number, and would become revisions of it.

    Args:
        addresses: what articles' own addresses look like, as ``normalised_address`` writes them.
        head_is_own: whether the head is about this page; one that isn't is ignored.
    """
    head = reading.head if head_is_own else None
    found: list[Identity] = []
    address = (
        _own_address((said.value for said in head.said.get("canonical", ())), addresses) if head else None
    )
    if address is None and reading.url is not None:
        address = _own_address([reading.url], addresses)
    if published_local is None:
        return ()
    if address is not None:
        found.append(("url", address, published_local.date().isoformat()))
    numbers = {said.value for said in head.said.get("news_id", ())} if head else set()
    if len(numbers) == 1 and _NUMBER.fullmatch(number := numbers.pop()):
        found.append(("news_id", number, published_local.isoformat(timespec="minutes")))
    return tuple(found)


@lru_cache(maxsize=64)  # several rules look at each address of a page
def normalised_address(address: str) -> str | None:
    """A web address as host and path, so that all spellings of one are equal; None when it is none.

    Scheme, ``www.``, the host's case, a slash at the end, query, fragment and percent-encoding don't count.
    """
    if len(address) > _MAX_ADDRESS_CHARS:
        return None
    try:
        parts = urlsplit(address)
        port, host = parts.port, (parts.hostname or "").rstrip(".").removeprefix("www.")
        steps = [unquote(step, errors="strict") for step in parts.path.split("/")[1:]]
    except ValueError:
        return None
    if (
        parts.scheme not in {"http", "https"}
        or not host
        or "@" in parts.netloc
        or port not in {None, 80, 443}
    ):
        return None
    if steps and not steps[-1]:
        steps.pop()
    if any(step in {"", ".", ".."} or not step.isprintable() or set(step) & {"/", "\\"} for step in steps):
        return None
    return unicodedata.normalize("NFC", "/".join([host, *steps]))


def _own_address(candidates: Iterable[str], addresses: re.Pattern[str]) -> str | None:
    """The one address among these that is an article's own; None when none is, or several differ."""
    found = {normalised_address(each) for each in candidates} - {None}
    own = {each for each in found if each and addresses.fullmatch(each)}
    return own.pop() if len(own) == 1 else None
