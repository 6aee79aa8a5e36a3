"""The publishers that there are rules for, found by their files."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from newsmarts.core.errors import SettingsError
from newsmarts.core.publishers import facts_of, slugs
from newsmarts.parse.declared import DeclaredPublisher
from newsmarts.parse.declared_file import read_rules
from newsmarts.parse.publisher import Publisher

_SLUG = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def find_publishers(package: str) -> tuple[Publisher, ...]:
    """The rules in a package's files, in the order of their names: of a module, else declared in a TOML file.

    The first that recognises a page reads it.

    Raises:
        SettingsError: a module has no rules named ``PUBLISHER``, or they aren't named as the module is (two
            publishers of one name would share their articles); or declared rules are wrong.
    """
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise SettingsError(f"{package} is not a package of publishers' rules.")
    folder = Path(folders[0])
    return tuple(_publisher_in(package, slug, folder) for slug in slugs(folder))


def _publisher_in(package: str, slug: str, folder: Path) -> Publisher:
    path = folder / f"{slug}.py"
    is_code = path.exists()
    if not is_code:
        path = path.with_suffix(".toml")
    if _SLUG.fullmatch(slug) is None:
        raise SettingsError(
            f"{path}: a publisher's file is named in small letters and digits, words parted by _. Rename it; "
            "a helper's name begins with _."
        )
    if not is_code:
        return DeclaredPublisher(facts_of(slug, folder), read_rules(path))
    publisher = getattr(import_module(f"{package}.{slug}"), "PUBLISHER", None)
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
