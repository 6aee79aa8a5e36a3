"""The publishers that there are rules for: their names, and facts about each.

Each has a file ``<name>.toml`` in ``newsmarts/parse/publishers/`` with the facts. Its rules are declared in
the same file, or are ``<name>.py`` beside it. Land and the marts take names and facts from here, since they
can't import rules.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from newsmarts.core.errors import SettingsError

RULES_TABLES = frozenset({"addresses", "layouts"})  # the rules in a publisher's file
RULES = Path(__file__).parents[1] / "parse" / "publishers"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one publisher without its pages."""

    publisher: str
    name: str
    edition: str
    language: str  # as en
    timezone: str  # of the times that its pages print, as Asia/Beirut
    home_url: str


def facts_of(slug: str, folder: Path = RULES) -> Facts:
    """The facts about a publisher.

    Raises:
        SettingsError: its file is missing or malformed; names file and key.
    """
    path = folder / f"{slug}.toml"
    found = {key: value for key, value in read_file(path).items() if key not in RULES_TABLES}
    expected = {field.name for field in fields(Facts)} - {"publisher"}
    wrong = sorted(found.keys() ^ expected)
    wrong += [key for key in found if not isinstance(found[key], str) or not found[key].strip()]
    if wrong:
        raise SettingsError(
            f"{path}: {wrong[0]!r}. It must have a text for each of {', '.join(sorted(expected))}."
        )
    try:
        ZoneInfo(found["timezone"])
    except (KeyError, OSError, ValueError) as error:
        raise SettingsError(f"{path}: timezone: {error}. Use a name like Asia/Beirut.") from error
    return Facts(slug, **found)


def read_file(path: Path) -> dict[str, Any]:
    """A publisher's file.

    Raises:
        SettingsError: it is missing or isn't TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{path} can't be read as TOML ({error}). It has the facts about {path.stem}."
        ) from error


def slugs(folder: Path = RULES) -> tuple[str, ...]:
    """The publishers' names, sorted. Files whose names begin with ``_`` are helpers."""
    names = {path.stem for path in folder.iterdir() if path.suffix in {".py", ".toml"}}
    return tuple(sorted(name for name in names if not name.startswith("_")))


def all_facts() -> tuple[Facts, ...]:
    """The facts about every publisher, by name."""
    return tuple(facts_of(slug) for slug in slugs())


def site_names() -> tuple[str, ...]:
    """The names of all sites, without an article, also with their edition: "Nour News English"."""
    facts = all_facts()
    names = [each.name.removeprefix("The ") for each in facts]
    editions = [f"{name} {each.edition}" for name, each in zip(names, facts, strict=True)]
    return tuple(dict.fromkeys([*editions, *names]))


def named_in(path: str) -> str | None:
    """The publisher that a path names; None when it names none or more than one.

    Words of the name may be parted by ``_`` or ``-``, or run together as in host names: ``al_mayadeen`` is
    named by ``Al-Mayadeen/a.txt`` and by ``english.almayadeen.net/a.html``. A host of an edition names that
    edition: ``www.almayadeen.net/a.html`` is ``al_mayadeen_ar``.
    """
    places = {part.removeprefix("www.") for part in re.split(r"[/\\:]+", path.lower())}
    by_host = {slug for host, slug in _slugs_by_host().items() if host in places}
    if len(by_host) == 1:
        return by_host.pop()
    named = [slug for slug, pattern in _patterns().items() if pattern.search(path)]
    # "al_mayadeen_es" isn't "al_mayadeen" as well
    named = [slug for slug in named if not any(other.startswith(f"{slug}_") for other in named)]
    return named[0] if len(named) == 1 else None


def language_of(slug: str | None) -> str:
    """The language of a publisher's pages, for ``lang`` attributes: "" where it isn't known."""
    return _languages().get(slug or "", "")


@lru_cache(maxsize=1)
def _languages() -> Mapping[str, str]:
    return {facts.publisher: facts.language for facts in all_facts()}


@lru_cache(maxsize=1)
def _slugs_by_host() -> Mapping[str, str]:
    """Publishers by their hosts, without "www."."""
    found: dict[str, str] = {}
    for path in RULES.glob("*.toml"):
        table = read_file(path)
        addresses = table.get("addresses")
        hosts = addresses.get("hosts") if isinstance(addresses, dict) else None
        home = urlsplit(str(table.get("home_url"))).hostname or ""
        for host in (home.removeprefix("www."), *(hosts if isinstance(hosts, list) else [])):
            found[host] = path.stem
    return found


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {
        slug: re.compile(rf"(?<![a-z]){'[_-]?'.join(slug.split('_'))}(?![a-z])", re.IGNORECASE)
        for slug in slugs()
    }
