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

_NOT_MODIFIED = 304


def resolve(
    files: Sequence[InboxFile], revisits: Sequence[Placed], settings: Settings
) -> Iterator[tuple[InboxFile, Read]]:
    """Each revisit with its original's content, or with the reason why there is none."""
    originals = _Originals(files, [entry for _, entry in revisits], settings)
    by_original: dict[tuple[int, int, int], list[Placed]] = {}
    for file, revisit in revisits:
        found = originals.of(revisit)
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


class _Originals:
    """The records that revisits may refer to, of all archives."""

    def __init__(self, files: Sequence[InboxFile], revisits: Sequence[Entry], settings: Settings) -> None:
        self._files = files
        self._settings = settings
        self._by_id = self._find("record_id", {r.refers_to for r in revisits}, lambda e: e.record_id)
        self._by_url = self._find(
            "url", {r.refers_to_url for r in revisits if r.refers_to_at}, lambda e: (e.url, e.captured_at)
        )
        left = [r for r in revisits if self._exact(r) is None]
        self._by_digest = self._find("digest", {r.digest for r in left}, lambda e: e.digest)

    def of(self, revisit: Entry) -> tuple[int, Entry] | None:
        """The number of the archive and the record."""
        return self._exact(revisit) or self._by_digest.get(revisit.digest)

    def _exact(self, revisit: Entry) -> tuple[int, Entry] | None:
        found = self._by_id.get(revisit.refers_to)
        return found or self._by_url.get((revisit.refers_to_url, revisit.refers_to_at))

    def _find(
        self, column: str, values: set[str | None], key: Callable[[Entry], Any]
    ) -> dict[Any, tuple[int, Entry]]:
        found: dict[Any, tuple[int, Entry]] = {}
        sought = sorted(value for value in values if value is not None)
        if not sought:
            return found
        for number, file in enumerate(self._files):
            index = Index.open(self._settings.home, index_name_of(file, self._settings))
            for entry in index.originals(column, sought) if index else ():
                # a page rather than what can't be landed; else the first
                known = found.get(key(entry))
                if known is None or (known[1].outcome != "page" and entry.outcome == "page"):
                    found[key(entry)] = (number, entry)
        return found
