"""What zip and tar files have in common: members that are files in folders.

A member's name is text and never becomes a path. Its capture time is that of a sidecar or an MHTML file, else
the day in its path, else the one that the page itself has, else its modification time, else the archive's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from newsmarts.core.errors import CaptureError
from newsmarts.land import companions, encodings, names, saved_pages, sidecar
from newsmarts.land.archives import mhtml
from newsmarts.land.archives.entry import Content, Entry, Read
from newsmarts.land.names import CaptureTime
from newsmarts.land.reading import InboxFile
from newsmarts.land.sidecar import Facts

_DRIVE = re.compile(r"[A-Za-z]:")
_HIDDEN, _COMPANION = "hidden_file", "saved_page_resource"
MHTML = "multipart/related"


class Members:
    """Makes the entries of one archive's members, in their order."""

    def __init__(self, file: InboxFile) -> None:
        self._file = file
        self._tree = companions.Tree()
        self._seen: Counter[str] = Counter()
        self.sidecars: dict[str, Facts | CaptureError] = {}  # by the page's name without its ending

    def note(self, name: str) -> None:
        """Take notice of a member's name, before the first one becomes an entry."""
        self._tree.note(name)

    def note_sidecar(self, name: str, data: bytes | CaptureError) -> None:
        """Keep the facts in a member about the page beside it."""
        try:
            # one that can't be read has no JSON either
            self.sidecars[stem_of(name)] = sidecar.parse(data if isinstance(data, bytes) else b"")
        except CaptureError as error:
            self.sidecars[stem_of(name)] = error

    def read(
        self,
        name: str,
        modified_at: CaptureTime | None,
        position: int,
        *,
        problem: CaptureError | None,
        unpack: Callable[[], bytes | CaptureError],
        wanted: Callable[[Entry], bool],
        max_bytes: int,
    ) -> Read:
        """A member's entry, with its content when it is wanted; it is unpacked once at most."""
        data = unpack() if problem is None and self._dates_itself(name) else None
        entry = self._entry(name, modified_at, position, problem=problem, own=_own_facts(name, data))
        if entry.outcome != "page" or not wanted(entry):
            return entry, None
        return entry, content_of(entry, unpack() if data is None else data, max_bytes)

    def archive(self, reason: CaptureError) -> Entry:
        """An entry for the archive as a whole, or for what comes after a member."""
        return Entry.rejected(reason, "", self._file.captured_at, -1)

    def _dates_itself(self, name: str) -> bool:
        """Whether a member has to be read to know when it was captured."""
        if is_mhtml(name):
            return True
        is_html = names.media_type_of(name) == "text/html" and not self._tree.is_companion(name)
        return is_html and names.time_in_path(self._path_of(names.text_of(name))) is None

    def _entry(
        self,
        name: str,
        modified_at: CaptureTime | None,
        position: int,
        *,
        problem: CaptureError | None = None,
        own: Facts,
    ) -> Entry:
        """What the index keeps of a member; ``own`` are facts in the member itself."""
        companion = problem is None and unsafe(name) is None and self._tree.is_companion(name)
        name = names.text_of(name)
        self._seen[name] += 1
        shown = name if self._seen[name] == 1 else f"{name}#{self._seen[name]}"
        facts = self.sidecars.get(stem_of(name)) if is_page(name) else None
        if isinstance(facts, CaptureError):
            problem, facts = problem or facts, None
        problem = problem or unsafe(name) or (None if companion else _unwanted(name))
        facts = facts or Facts()
        passed_over = _COMPANION if companion else _HIDDEN if problem is None and is_hidden(name) else None
        time = facts.captured_at or own.captured_at or self._time(name, modified_at)
        return Entry(
            name=shown,
            captured_at=time.moment,
            outcome="passed_over" if passed_over else "turned_away" if problem else "page",
            position=position,
            reason_code=passed_over or (problem.reason_code if problem else None),
            detail=problem.detail if problem else None,
            media_type=MHTML if is_mhtml(name) else facts.media_type or names.media_type_of(name),
            url=facts.url or own.url,
            captured_at_precision=time.precision,
            charset=facts.charset,
        )

    def _time(self, name: str, modified_at: CaptureTime | None) -> CaptureTime:
        in_path = names.time_in_path(self._path_of(name))
        return in_path or modified_at or CaptureTime(self._file.captured_at, self._file.captured_at_precision)

    def _path_of(self, name: str) -> str:
        return f"{self._file.source_path}!/{name}"


def is_page(name: str) -> bool:
    """Whether a member's name is that of a page."""
    return names.media_type_of(name) is not None or is_mhtml(name)


def is_mhtml(name: str) -> bool:
    """Whether a member's name is that of a page saved with its pictures."""
    return names.archive_kind_of(name) == "mhtml"


def is_sidecar(name: str, pages: Mapping[str, object] | set[str]) -> bool:
    """Whether a member is the sidecar of one of these pages, given without their endings."""
    return name.lower().endswith(sidecar.ENDING) and stem_of(name) in pages


def stem_of(name: str) -> str:
    """A name without its ending."""
    folder, slash, file_name = names.without_packing(name).rpartition("/")
    stem, dot, _ = file_name.rpartition(".")
    return f"{folder}{slash}{stem if dot else file_name}"


def is_hidden(name: str) -> bool:
    """Whether a member is one of those that file managers don't show."""
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def unsafe(name: str) -> CaptureError | None:
    """What is wrong with a name that leads out of the archive."""
    parts = name.replace("\\", "/").split("/")
    if name[:1] in ("/", "\\") or ".." in parts or _DRIVE.match(name) or "\0" in name or not name:
        return CaptureError(
            "unsafe_member_name", "its name leads out of the archive, so it isn't what it says. Pack it anew."
        )
    return None


def content_of(entry: Entry, data: bytes | CaptureError, max_bytes: int) -> Content | CaptureError:
    """The page in a member's bytes, or why there is none."""
    if isinstance(data, CaptureError):
        return data
    page = Content(data, entry.media_type or "text/plain", charset=entry.charset)
    try:
        page = mhtml.page_of(data) if entry.media_type == MHTML else page
        return replace(page, data=encodings.saved_page(page.data, max_bytes=max_bytes))
    except CaptureError as reason:
        return reason


def _own_facts(name: str, data: bytes | CaptureError | None) -> Facts:
    """The facts in a page that was read to know its time; none in one that wasn't, or couldn't be."""
    if not isinstance(data, bytes):
        return Facts()
    return mhtml.facts_of(data[: mhtml.HEAD_BYTES]) if is_mhtml(name) else saved_pages.facts_of(data)


def _unwanted(name: str) -> CaptureError | None:
    if is_hidden(name) or is_page(name):
        return None
    if names.archive_kind_of(name) is not None:
        return CaptureError(
            "nested_archive", "an archive within an archive isn't opened. Unpack the outer one."
        )
    return CaptureError(
        "unsupported_media_type",
        f"only names that end in {', '.join(names.MEDIA_TYPES)}, .mhtml or .mht are read. Leave it out.",
    )
