"""What a publisher's file provides, what reading a page with it gives, and how the files are found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, runtime_checkable

from newsmarts.core.errors import SettingsError
from newsmarts.core.publishers import slugs
from newsmarts.core.records import Article
from newsmarts.parse.addresses import Site
from newsmarts.parse.reading import Reading, Roles

_SLUG = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


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


def find_publishers(package: str) -> tuple[Publisher, ...]:
    """The rules in a package's modules, in the order of their names.

    The first that recognises a page reads it.

    Raises:
        SettingsError: a module has no rules named ``PUBLISHER``, or they aren't named as the module is: two
            publishers of one name would share their articles.
    """
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise SettingsError(f"{package} is not a package of publishers' rules.")
    folder = Path(folders[0])
    return tuple(_publisher_in(f"{package}.{slug}", slug, folder / f"{slug}.py") for slug in slugs(folder))


def _publisher_in(module: str, slug: str, path: Path) -> Publisher:
    if _SLUG.fullmatch(slug) is None:
        raise SettingsError(
            f"{path}: a publisher's file is named in small letters and digits, words parted by _. Rename it; "
            "a helper's name begins with _."
        )
    publisher = getattr(import_module(module), "PUBLISHER", None)
    if not isinstance(publisher, Publisher) or isinstance(publisher, type):
        raise SettingsError(
            f"{path}: it has no rules named PUBLISHER (an object with slug, marks, site, recognises and "
            "read). Add PUBLISHER, or begin the file's name with _ if it is a helper."
        )
    if publisher.slug != slug:
        raise SettingsError(
            f"{path}: its PUBLISHER calls itself {publisher.slug!r}. A publisher is named as its file, so no "
            "two can have one name: rename one of them."
        )
    return publisher
