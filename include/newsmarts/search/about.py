"""``about.json`` beside tantivy's files: which marts the index is made of, and how large it is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from newsmarts.core.files import write_atomically
from newsmarts.core.versions import search_version
from newsmarts.search.words import FOLDING

FOLDER_NAME = "search"  # in a release
ABOUT_NAME = "about.json"
_META_NAME = "meta.json"


@dataclass(frozen=True, slots=True)
class About:
    """An index whose files are all there.

    ``version`` is that of the code that made it, ``folding`` that of how words are folded. ``fingerprint``
    names the content of the marts that it was made of; None while it is being written. ``size_bytes`` are
    those of its files.
    """

    version: str
    folding: int
    fingerprint: str | None
    articles: int
    size_bytes: dict[str, int]

    @property
    def is_of_this_version(self) -> bool:
        """Whether this version of the project made it, and can update it."""
        return self.version == search_version()

    @property
    def can_be_searched(self) -> bool:
        """Whether its words are folded as this version folds those of a query."""
        return self.folding == FOLDING

    def is_of(self, fingerprint: str) -> bool:
        """Whether it is the index of these marts, as this version makes it."""
        return self.is_of_this_version and self.fingerprint == fingerprint


def read_about(folder: Path) -> About | None:
    """The facts about the index in a folder; None when it isn't complete."""
    try:
        document = json.loads((folder / ABOUT_NAME).read_bytes())
        about = About(**{field.name: document[field.name] for field in fields(About)})
        sizes = {name: (folder / name).stat().st_size for name in about.size_bytes}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return about if sizes == about.size_bytes else None


def has_index_of(folder: Path, fingerprint: str) -> bool:
    """Whether a release's folder has a complete index of these marts, as this version makes it."""
    about = read_about(folder / FOLDER_NAME)
    return about is not None and about.is_of(fingerprint)


def write_about(folder: Path, fingerprint: str | None, articles: int) -> None:
    """Write which marts the index in a folder is made of; None before it is written."""
    sizes = {} if fingerprint is None else _committed(folder)
    about = About(search_version(), FOLDING, fingerprint, articles, sizes)
    write_atomically(folder / ABOUT_NAME, json.dumps(asdict(about), indent=2).encode() + b"\n")


def _committed(folder: Path) -> dict[str, int]:
    """The files that the last commit consists of; others may be about to be removed."""
    meta = json.loads((folder / _META_NAME).read_bytes())
    segments = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
    return {
        entry.name: entry.stat().st_size
        for entry in sorted(folder.iterdir())
        if entry.name == _META_NAME or entry.name.partition(".")[0] in segments
    }
