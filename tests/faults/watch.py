"""The readers who look on."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from newsmarts.release.reader import connect
from newsmarts.release.releases import current_release
from newsmarts.search import open_index
from tests.faults import marts

QUERY = "ferry OR council OR rail"
_LOOK_SECONDS = 0.5
Seen = tuple[str, int]  # what readers of a release get: the digest of its marts, and how much its index finds


def seen_in(home: Path) -> Seen:
    """What readers of the current release get."""
    with connect(home) as release, open_index(home) as index:
        return marts.digest(release), index.search(QUERY).total


@contextmanager
def watching(home: Path, known: Collection[Seen] | None) -> Iterator[Watch]:
    """Readers look on while the block runs: none is locked out, an open release stays what it is.

    They see marts and an index of what is ``known``; None: whatever there is.
    """
    watch = Watch(home, known)
    watch.start()
    try:
        yield watch
    finally:
        watch.end()
    watch.check()


class Watch(threading.Thread):
    """Readers of a home: one that opened its release before, and new ones over and over."""

    def __init__(self, home: Path, known: Collection[Seen] | None) -> None:
        super().__init__(name="readers", daemon=True)
        self._home = home
        self._digests = None if known is None else {digest for digest, _ in known}
        self._found = None if known is None else {total for _, total in known}
        self._done = threading.Event()
        self._faults: list[str] = []
        self._held = connect(home)
        self._first = marts.digest(self._held)
        self.looks = 0
        self.releases: list[str] = []

    def run(self) -> None:
        while True:
            last = self._done.is_set()
            for look in (self._read, self._search, self._read_held):
                try:
                    look()
                except Exception as error:  # noqa: BLE001 - a reader's error is what is looked for
                    self._faults.append(f"{look.__name__}: {error!r}")
            self.looks += 1
            if last:
                return
            time.sleep(_LOOK_SECONDS)

    def _read(self) -> None:
        release = current_release(self._home)
        if release is not None and release.release_id not in self.releases:
            self.releases.append(release.release_id)
        with connect(self._home) as reader:
            digest = marts.digest(reader)
            if self._digests is not None and digest not in self._digests:
                raise AssertionError("marts that no undisturbed run made")

    def _search(self) -> None:
        with open_index(self._home) as index:
            total = index.search(QUERY).total
            if self._found is not None and total not in self._found:
                raise AssertionError("an index that no undisturbed run made")

    def _read_held(self) -> None:
        if marts.digest(self._held) != self._first:
            raise AssertionError("an open release changed")

    def end(self) -> None:
        """Look once more, and stop."""
        self._done.set()
        self.join()
        self._held.close()

    def check(self) -> None:
        """No reader saw anything wrong."""
        assert not self._faults, self._faults[:5]
        assert self.looks

    def reported(self) -> str:
        """For the report."""
        return f"readers saw release{'s' * (len(self.releases) > 1)} {' then '.join(self.releases)} whole"
