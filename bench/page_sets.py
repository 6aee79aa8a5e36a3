"""Generated pages that readers are measured on, and the true record of each."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.readers import BUILD, PROJECT
from samples.generate import write_inbox
from samples.markup import SKINS

PLAIN_TICKER = "plain_ticker"
"""A fifth part of each HTML set: the div-only skin, with ticker lines as paragraphs rather than links.

General readers drop what is mostly links, and how the sites mark their tickers up isn't known.
"""
HTML_SIZES_BYTES = (150_000, 220_000)
_TICKER_LINK = re.compile(rb'<a href="/latest">(.*?)</a>', re.DOTALL)
_TRUTH = "truth.json"


@dataclass(frozen=True, slots=True)
class PageSet:
    """A folder of pages. HTML sets hold the same pages once a part, in ``<folder>/<part>/``."""

    name: str
    folder: Path
    suffix: str

    def truth(self) -> dict[str, dict[str, Any]]:
        """Each page's true record, by its path below the folder."""
        records: dict[str, dict[str, Any]] = json.loads((self.folder / _TRUTH).read_text(encoding="utf-8"))
        return records

    def mean_bytes(self) -> int:
        """The pages' mean size."""
        sizes = [path.stat().st_size for path in self.folder.rglob(f"*{self.suffix}")]
        return sum(sizes) // len(sizes)


def html_set(size_bytes: int, pages_per_skin: int) -> PageSet:
    """HTML pages of about one size, made when they aren't there yet."""
    parts: dict[str, dict[str, Any]]
    parts = {skin: {"page_format": "html", "html_bytes": size_bytes, "skin": skin} for skin in SKINS}
    parts[PLAIN_TICKER] = parts["div_only"]
    return _make(f"html-{size_bytes // 1000}", ".html", pages_per_skin, parts)


def text_set(pages: int) -> PageSet:
    """Text captures, made when they aren't there yet."""
    return _make("text", ".txt", pages, {"text": {"page_format": "text"}})


def _make(name: str, suffix: str, pages: int, parts: dict[str, dict[str, Any]]) -> PageSet:
    """The set in a folder named after what made it, so that a changed generator makes new pages."""
    digest = hashlib.sha256(json.dumps([pages, parts]).encode())
    for source in sorted((PROJECT / "samples").glob("*.py")):
        digest.update(source.read_bytes())
    folder = BUILD / "bench-pages" / f"{name}-{digest.hexdigest()[:12]}"
    if not folder.exists():
        for old in folder.parent.glob(f"{name}-*"):
            shutil.rmtree(old)
        making = folder.with_name(f"{folder.name}.making")
        truth = {}
        for part, options in parts.items():
            for path, record in write_inbox(making / part, pages, **options):
                truth[f"{part}/{path.as_posix()}"] = record
                if part == PLAIN_TICKER:
                    page = making / part / path
                    page.write_bytes(_TICKER_LINK.sub(rb"<p>\1</p>", page.read_bytes()))
        (making / _TRUTH).write_text(json.dumps(truth), encoding="utf-8")
        making.rename(folder)
    return PageSet(name, folder, suffix)
