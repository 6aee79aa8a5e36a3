"""Which of an article's last blocks are its tags."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from newsmarts.parse.prose import could_be_name
from newsmarts.parse.reading import Reading, Roles, take

_LABEL = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?:\s*")  # "Tags:", "Key words:"
_COMMA = re.compile("[,،;]")
_FEW_WORDS = 3  # of a tag's, on average; headlines have more


def are_tags(reading: Reading, start: int, stop: int, items: Sequence[str], *, announced: bool) -> bool:
    """Whether the list [start, stop) at an article's end is its tags, by its links or because all are names.

    A list that the text ``announced`` by a colon, or whose entries are sentences, is body.
    """
    links = reading.links[start:stop]
    if links and all(map(is_tag_link, links)):
        return True
    if announced:
        return False
    linked = (
        bool(links) and None not in links and sum(item.count(" ") for item in items) < _FEW_WORDS * len(items)
    )
    return all(could_be_name(item, linked=linked) for item in items)


def take_unmarked_tags(
    reading: Reading, roles: Roles, labels: Collection[str], start: int, end: int
) -> list[str]:
    """The tags without a list's markup, as blocks of [start, end): linked as tags, or in one container.

    ``labels``: of related blocks, casefolded, which a container of tags doesn't begin with.
    """
    stop = end
    while stop > start and roles[stop - 1]:
        stop -= 1
    first = stop
    while first > start and not roles[first - 1] and is_tag_link(reading.link(first - 1)):
        first -= 1
    if first == stop and stop > start + 1 and reading.kinds[stop - 1] == "text":
        group = reading.group_around(stop - 1, start + 1, stop)
        texts = reading.texts[group[0] : stop]
        if len(texts) > 1 and not any(roles[group[0] : stop]) and all(map(could_be_name, texts)):
            first = group[0] if texts[0].casefold() not in labels else stop
    take(roles, first, stop, "tags")
    return reading.texts[first:stop]


def may_be_tag(reading: Reading, index: int) -> bool:
    """Whether a line that is a label's word is one of several entries (text captures), or linked as a tag."""
    kinds = reading.kinds
    if reading.head is not None:
        return is_tag_link(reading.link(index))
    return kinds[index] == "bullet" and "bullet" in {*kinds[index - 1 : index], *kinds[index + 1 : index + 2]}


def is_tag_link(link: str | None) -> bool:
    """Whether a link leads to what has a tag."""
    return link is not None and "/tag" in link


def tags_in_line(line: str) -> list[str]:
    """The tags of a line that has all of them: "Tags: Ferries, Saltmere" gives two."""
    names = line[found.end() :] if (found := _LABEL.match(line)) else line
    return [name for name in (part.strip() for part in _COMMA.split(names)) if name]
