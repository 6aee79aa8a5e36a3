"""What saved pages bring along: pictures, styles, scripts, the logs of a tool. They are no captures.

A name's ending alone doesn't decide, as a file that could be a page must not be lost. The evidence is one of:

- The folder is named after a page beside it, as browsers do ("page.html" and "page_files"). All in it belongs
  to that page, frames in HTML too, but for archives.
- The file is named after a page beside it, as scrapers do ("page.html" and "page.html.json").
- The folder is HTTrack's cache, or the file is one of HTTrack's own, beside its cache or its log.
- The folder is part of a mirror (beside or below HTTrack's cache or log, or below a folder named as a host by
  wget), and the ending is that of a picture, a style, a script or a font: no page has one of those.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from newsmarts.core.text import counted
from newsmarts.land import names

Kind = Literal["resources", "cache", "mirror"]
"""Of a folder: with a page's resources, HTTrack's cache, or a mirror of sites."""

# Browsers name the folder in the language of the system. Source: Microsoft's list of "connected files".
_RESOURCE_FOLDER = re.compile(
    r"(?P<page>.+)(?:_files|\.files|-Dateien|_fichiers|_bestanden|_file|_archivos|-filer|_tiedostot|_pliki|_soubory"
    r"|_elemei|_ficheiros|_arquivos|_dosyalar|_datoteke|_fitxers|_failid|_fails|_bylos|_fajlovi|_fitxategiak)",
    re.DOTALL,
)
_SIDE_ENDINGS = frozenset({"json", "xml", "yaml", "yml", "meta", "headers", "md5", "sha1", "sha256"})
_RESOURCE_ENDINGS = frozenset(
    {
        "css", "js", "mjs", "map", "json", "webmanifest", "xml", "rss", "download",
        "woff", "woff2", "ttf", "otf", "eot",
        "png", "jpg", "jpeg", "jfif", "gif", "webp", "avif", "svg", "ico", "bmp", "cur",
        "mp3", "m4a", "mp4", "webm", "ogg", "m3u8", "ts", "vtt", "swf",
    }
)  # fmt: skip
_CACHE, _LOG = "hts-cache", "hts-log.txt"
_HTTRACK_FILES = frozenset(
    {
        _LOG,
        "hts-err.txt",
        "hts-ioinfo.txt",
        "hts-in_progress.lock",
        "cookies.txt",
        "index.html",
        "external.html",
    }
)
_MAX_DEPTH = 100  # a name of 64 KB may have thousands of folders
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,12}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Around:
    """What is around an entry: the folder's kind, and its pages."""

    has_page: Callable[[str], bool]  # of this name, without its ending
    kind: Kind | None
    in_root: bool  # whether HTTrack wrote a mirror into the folder

    def kind_of_folder(self, name: str) -> Kind | None:
        """What a folder in it is."""
        if self.kind in ("resources", "cache"):
            return self.kind
        if name == _CACHE:
            return "cache"
        resources = _RESOURCE_FOLDER.fullmatch(name)
        if resources and self.has_page(resources["page"]):
            return "resources"
        return "mirror" if self._is_mirror or _HOST.fullmatch(name) else None

    def is_companion(self, file_name: str) -> bool:
        """Whether a file in it belongs to another capture."""
        if self.kind == "cache" or (self.in_root and file_name in _HTTRACK_FILES):
            return True
        if self.kind == "resources":
            return names.archive_kind_of(file_name) is None
        rest, _, ending = file_name.rpartition(".")
        if ending.lower() in _SIDE_ENDINGS and names.media_type_of(rest):
            return self.has_page(rest.rpartition(".")[0]) or self._is_mirror
        return self._is_mirror and ending.lower() in _RESOURCE_ENDINGS

    @property
    def _is_mirror(self) -> bool:
        return self.in_root or self.kind == "mirror"


def is_root(entries: set[str]) -> bool:
    """Whether HTTrack wrote a mirror into a folder with these entries."""
    return _CACHE in entries or _LOG in entries


class Tree:
    """The files of an archive by their names; all are noted before the first question."""

    def __init__(self) -> None:
        self._pages: set[str] = set()  # without their endings
        self._roots: set[str] = set()

    def note(self, name: str) -> None:
        """Add a file."""
        folder, _, file_name = name.rpartition("/")
        if names.media_type_of(file_name) is not None:
            self._pages.add(name.rpartition(".")[0])
        if file_name == _LOG:
            self._roots.add(folder)
        elif folder.rpartition("/")[2] == _CACHE:
            self._roots.add(folder.rpartition("/")[0])

    def is_companion(self, name: str) -> bool:
        """Whether a file belongs to another capture."""
        folder, _, file_name = name.rpartition("/")
        return self._of(folder).is_companion(file_name)

    def _of(self, folder: str) -> Around:
        parts = folder.split("/") if folder else []
        around = self._at("", None)
        if len(parts) > _MAX_DEPTH:
            return around
        for depth, part in enumerate(parts, 1):
            around = self._at("/".join(parts[:depth]), around.kind_of_folder(part))
        return around

    def _at(self, folder: str, kind: Kind | None) -> Around:
        def has_page(stem: str) -> bool:
            return (f"{folder}/{stem}" if folder else stem) in self._pages

        return Around(has_page, kind, folder in self._roots)


class Counts:
    """How many companions were passed over, for one line of the log."""

    _MAX_FOLDERS = 3

    def __init__(self) -> None:
        self._endings: Counter[str] = Counter()
        self._folders: Counter[str] = Counter()

    def add(self, path: str) -> None:
        """Count one file."""
        folder, _, file_name = path.rpartition("/")
        _, dot, ending = file_name.rpartition(".")
        self._endings[f".{ending.lower()}" if dot else "without an ending"] += 1
        self._folders[folder] += 1

    def __str__(self) -> str:
        """As "12 files (4 .css, …) in 'page_files', …, and 3 more folders"; empty when there are none."""
        if not self._folders:
            return ""
        endings = ", ".join(f"{count} {ending}" for ending, count in self._endings.most_common(12))
        folders = ", ".join(repr(folder) for folder in list(self._folders)[: self._MAX_FOLDERS])
        more = len(self._folders) - self._MAX_FOLDERS
        total = counted(self._endings.total(), "file")
        return f"{total} ({endings}) in {folders}" + (
            f", and {counted(more, 'more folder')}" if more > 0 else ""
        )
