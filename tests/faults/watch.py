"""The readers who look on."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from include.publish.reader import connect
from include.publish.releases import current_release
from include.search import open_index
from tests.faults import marts

QUERY = "ferry OR council OR rail"
_LOOK_SECONDS = 0.5


class Watch(threading.Thread):
    """Readers of a home: one that opened its release before, and new ones over and over."""

    def __init__(self, home: Path, digests: set[str] | None, found: set[int] | None) -> None:
        super().__init__(name="readers", daemon=True)
        self._home, self._digests, self._found = home, digests, found
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
            if marts.digest(reader) not in (self._digests or {marts.digest(reader)}):
                raise AssertionError("marts that no undisturbed run made")

    def _search(self) -> None:
        with open_index(self._home) as index:
            total = index.search(QUERY).total
            if total not in (self._found or {total}):
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

    def told(self) -> str:
        """For the report."""
        return f"readers saw release{'s' * (len(self.releases) > 1)} {' then '.join(self.releases)} whole"
