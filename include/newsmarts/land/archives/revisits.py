"""Revisit records: a crawler met a page again, unchanged, and kept a pointer to the capture with the bytes.

The original is looked for in all archives of the feed: by its record id, else by its address and date, else
by the payload digest. A revisit becomes a capture of its own moment, with the original's bytes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from newsmarts.core.errors import CaptureError, StillMoving
from newsmarts.core.settings import Settings
from newsmarts.land.archives.entry import Content, Entry, Read, Unverified
from newsmarts.land.archives.index import Index, index_name_of
from newsmarts.land.archives.opening import opened
from newsmarts.land.reading import InboxFile

Placed = tuple[InboxFile, Entry]
_Original = tuple[int, Entry]

_NOT_MODIFIED = 304


def resolve(
    files: Sequence[InboxFile], revisits: Sequence[Placed], settings: Settings
) -> Iterator[tuple[InboxFile, Read]]:
    """Each revisit with its original's content, or with the reason why there is none."""
    original_of = _originals(files, [entry for _, entry in revisits], settings)
    by_original: dict[tuple[int, int, int], list[Placed]] = {}
    for file, revisit in revisits:
        found = original_of(revisit)
        if found is None:
            yield file, (revisit, CaptureError("unresolved_revisit", _unresolved(revisit)))
        elif found[1].outcome != "page":
            yield file, (_like(revisit, found[1]), None)
        else:
            by_original.setdefault((found[0], found[1].position, found[1].inner), []).append((file, revisit))
    for number, file in enumerate(files):
        wanted = {key[1:]: waiting for key, waiting in by_original.items() if key[0] == number}
        if wanted:
            yield from _read(file, wanted, settings)


def _read(
    file: InboxFile, wanted: dict[tuple[int, int], list[Placed]], settings: Settings
) -> Iterator[tuple[InboxFile, Read]]:
    entries = [Entry("", revisits[0][1].captured_at, "page", *at) for at, revisits in sorted(wanted.items())]
    try:
        with opened(file, settings) as reader:
            for entry, content in reader.at(entries):
                if isinstance(content, Unverified):
                    content = content.content()  # noqa: PLW2901
                for revisited_in, revisit in wanted.pop((entry.position, entry.inner)):
                    yield revisited_in, (_page(revisit, content), content)
    except (StillMoving, CaptureError):
        error = CaptureError(
            "unresolved_revisit", "the archive with its original can't be read now. Run again."
        )
        for revisits in wanted.values():
            for revisited_in, revisit in revisits:
                yield revisited_in, (revisit, error)


def _page(revisit: Entry, content: Content | CaptureError | None) -> Entry:
    status = revisit.http_status
    if status in (None, _NOT_MODIFIED) and isinstance(content, Content):
        status = content.http_status
    return dataclasses.replace(revisit, outcome="page", http_status=status)


def _like(revisit: Entry, original: Entry) -> Entry:
    """A revisit of what was no page is none either."""
    return dataclasses.replace(
        revisit, outcome=original.outcome, reason_code=original.reason_code, detail=original.detail
    )


def _unresolved(revisit: Entry) -> str:
    what = revisit.refers_to_url or revisit.refers_to or revisit.digest or "it doesn't say which"
    return (
        f"the page was met again unchanged, and the capture with its bytes ({what[:200]!r}) is in none of "
        "the feed's archives. Put the archive with that capture beside this one, and run the day again."
    )


def _originals(
    files: Sequence[InboxFile], revisits: Sequence[Entry], settings: Settings
) -> Callable[[Entry], _Original | None]:
    """What finds the record that a revisit refers to, and the number of its archive."""

    def find(column: str, values: set[str | None], key: Callable[[Entry], Any]) -> dict[Any, _Original]:
        found: dict[Any, _Original] = {}
        sought = sorted(value for value in values if value is not None)
        for number, file in enumerate(files if sought else ()):
            index = Index.open(settings.home, index_name_of(file, settings))
            for entry in index.originals(column, sought) if index else ():
                # a page rather than what can't be landed; else the first
                known = found.get(key(entry))
                if known is None or (known[1].outcome != "page" and entry.outcome == "page"):
                    found[key(entry)] = (number, entry)
        return found

    def exactly(revisit: Entry) -> _Original | None:
        return by_id.get(revisit.refers_to) or by_url.get((revisit.refers_to_url, revisit.refers_to_at))

    by_id = find("record_id", {each.refers_to for each in revisits}, lambda entry: entry.record_id)
    urls = {each.refers_to_url for each in revisits if each.refers_to_at}
    by_url = find("url", urls, lambda entry: (entry.url, entry.captured_at))
    left = {each.digest for each in revisits if exactly(each) is None}
    by_digest = find("digest", left, lambda entry: entry.digest)
    return lambda revisit: exactly(revisit) or by_digest.get(revisit.digest)
