"""Many files of a scan in little memory: of a plain page, its path and what one look at it saw."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from newsmarts.land import names
from newsmarts.land.scan import InboxFile, Look


class PackedFiles:
    """Files in the order they were added, some 150 bytes each."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/") + "/"
        self._paths: list[str | InboxFile] = []
        self._looks = array("Q")
        self._last_change_ns = 0

    def __len__(self) -> int:
        return len(self._paths)

    @property
    def last_change_ns(self) -> int:
        """When one of them, or a sidecar, changed last."""
        return self._last_change_ns

    def add(self, file: InboxFile) -> None:
        """Add a file."""
        self._last_change_ns = max(self._last_change_ns, *file.changes_ns, 0)
        look = file.look
        if look is None or file != self._plain(file.source_path, look):
            self._paths.append(file)  # with all that is special about it
            return
        self._paths.append(file.source_path)
        self._looks.extend((look.device, look.inode, look.size_bytes, look.mtime_ns))

    def __iter__(self) -> Iterator[InboxFile]:
        at = 0
        for path in self._paths:
            if isinstance(path, InboxFile):
                yield path
            else:
                file = self._plain(path, Look(*self._looks[at : at + 4]))
                at += 4
                if file is not None:
                    yield file

    def _plain(self, source_path: str, look: Look) -> InboxFile | None:
        """The file as it would be if nothing were special about it."""
        captured_at = names.captured_at_of(source_path, look.mtime_ns)
        if captured_at is None:
            return None
        media_type = names.media_type_of(source_path.rpartition("/")[2])
        return InboxFile(self._root + source_path, source_path, captured_at, look, media_type)
