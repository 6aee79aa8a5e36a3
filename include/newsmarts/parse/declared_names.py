"""Authors that no mark or label of a declared publisher names, so that a person's article isn't the house's.

The head of a publisher with house bylines may name the house as the author of a page that shows a person. So
a line that looks like a name, in a place where authors are, is taken for one: the contract rejects the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin

from newsmarts.core.bylines import byline_key
from newsmarts.parse.addresses import Site
from newsmarts.parse.declared_parts import DeclaredPage, without_label
from newsmarts.parse.metadata import keywords_of
from newsmarts.parse.reading import BODY_ROLES, Head

_MAX_CHARS = 60
_VOWEL_SIGNS = re.compile("[\u0640\u064b-\u065f\u0670]")
# two to five words without digits; Latin ones begin with a capital or are part of a name
_NAME = re.compile(
    r"[^\W\d_a-z][\w'’.-]*(?: (?:[^\W\d_a-z]|(?:al|el|bin|ibn|de|van|von|d['’])[ -]?)[^\W\d_]*[\w'’.-]*){1,4}"
)
_BETWEEN = re.compile(r" ?[،,;/&|•·–—] ?| - ")  # names, or a name and what is beside it
_DIGIT = re.compile(r"\d")


def unlabelled_names(page: DeclaredPage, site: Site) -> list[str]:
    """The names on a page that was read, up to its body's first line, which no mark or label is beside."""
    reading, roles, words, parts = page.reading, page.roles, page.words, page.parts
    known = frozenset({*words.noise, *map(str.casefold, (*words.passed_over, *_other_names(reading.head)))})
    start = roles.index("headline") + 1 if "headline" in roles else 0
    body = next((at for at in range(start, len(roles)) if roles[at] in BODY_ROLES), len(roles))
    found = [name for text in parts.beside_dates for name in _names_in(text, known, reading.houses)]
    labels = {label.rstrip(" :") for label in page.rules.labels.byline}
    for at in range(body):
        text, link = reading.texts[at], reading.link(at)
        if (
            roles[at]
            or len(text) > _MAX_CHARS
            or reading.kinds[at] == "image"
            or reading.within(at, "figure")
        ):
            continue
        kind = site.kind_of(urljoin(site.base, link)) if link else None
        if kind == "author_page" and link and text.casefold() not in known and "/" in link.strip("/"):
            names = [text]
        elif at < start or kind is not None or words.is_label(text):
            continue
        elif at > start and reading.texts[at - 1].rstrip(" :") in labels:
            names = [text]
        else:
            names = [*_names_in(without_label(text, labels), known, reading.houses)]
        if names:
            roles[at] = "byline_raw"
            found += names
    first = parts.body.blocks[0]
    if (
        not found
        and reading.head is not None
        and first.kind == "paragraph"
        and len(first.text or "") <= _MAX_CHARS
    ):
        found += _names_in(first.text or "", known, reading.houses)
    return list(dict.fromkeys(found))


def is_house(name: str, houses: Mapping[str, str]) -> bool:
    """Whether a byline is a spelling of a house's name."""
    return byline_key(name) in houses


def _names_in(text: str, known: frozenset[str], houses: Mapping[str, str]) -> Iterator[str]:
    """The names that a line consists of, behind a label that isn't known, or beside something else."""
    before, colon, after = text.partition(":")
    text = after if colon and not _DIGIT.search(before) else text
    for part in (each.strip() for each in _BETWEEN.split(text)):
        if part.casefold() in known:
            continue
        if is_house(part, houses) or _NAME.fullmatch(_VOWEL_SIGNS.sub("", part)):
            yield part


def _other_names(head: Head | None) -> Iterator[str]:
    """What the head names that isn't an author."""
    if head is not None:
        yield from keywords_of(head)
        yield from (said.value for said in head.said.get("section", ()))
