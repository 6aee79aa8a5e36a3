"""Generated pages that readers are measured on, and the true record of each."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.readers import BUILD, PROJECT

SKINS = ("semantic", "hashed", "div_only", "form")
PLAIN_TICKER = "plain_ticker"
"""A fifth part of each HTML set: the div-only skin, with ticker lines as paragraphs rather than links.

General readers drop what is mostly links, and how the sites mark their tickers up isn't known.
"""

_TICKER_LINK = re.compile(rb'<a href="/latest">(.*?)</a>', re.DOTALL)
HTML_SIZES_BYTES = (150_000, 220_000)


@dataclass(frozen=True, slots=True)
class PageSet:
    """A folder of pages. HTML sets hold the same pages once a part, in ``<folder>/<part>/``."""

    name: str
    folder: Path
    suffix: str
    parts: tuple[str, ...]  # the skins and the plain ticker, or one part of text captures

    def truth(self) -> dict[str, dict[str, Any]]:
        """Each page's true record, by its path below the folder."""
        records = {}
        for part in self.parts:
            with (self.folder / f"{part}.jsonl").open(encoding="utf-8") as lines:
                for line in lines:
                    entry = json.loads(line)
                    records[f"{part}/{entry['file']}"] = entry["article"]
        return records

    def mean_bytes(self) -> int:
        """The pages' mean size."""
        sizes = [path.stat().st_size for path in self.folder.rglob(f"*{self.suffix}")]
        return sum(sizes) // len(sizes)


def html_set(size_bytes: int, pages_per_skin: int) -> PageSet:
    """HTML pages of about one size, made when they aren't there yet."""
    options = ["--format", "html", "--html-bytes", str(size_bytes), "--pages", str(pages_per_skin)]
    by_part = {skin: [*options, "--skin", skin] for skin in SKINS}
    by_part[PLAIN_TICKER] = [*options, "--skin", "div_only"]
    return _made(PageSet(f"html-{size_bytes // 1000}", Path(), ".html", tuple(by_part)), by_part)


def text_set(pages: int) -> PageSet:
    """Text captures, made when they aren't there yet."""
    options = {"text": ["--format", "text", "--pages", str(pages)]}
    return _made(PageSet("text", Path(), ".txt", ("text",)), options)


def _made(pages: PageSet, options_by_part: dict[str, list[str]]) -> PageSet:
    """The set in a folder named after what made it, so that a changed generator makes new pages."""
    digest = hashlib.sha256(json.dumps(options_by_part).encode())
    for source in sorted((PROJECT / "samples").glob("*.py")):
        digest.update(source.read_bytes())
    folder = BUILD / "bench-pages" / f"{pages.name}-{digest.hexdigest()[:12]}"
    if not folder.exists():
        for old in folder.parent.glob(f"{pages.name}-*"):
            shutil.rmtree(old)
        making = folder.with_name(f"{folder.name}.making")
        for part, options in options_by_part.items():
            places = ["--out", str(making / part), "--truth", str(making / f"{part}.jsonl")]
            (making / part).mkdir(parents=True, exist_ok=True)
            command = [sys.executable, "-m", "samples.generate", *options, *places]
            subprocess.run(command, check=True, cwd=PROJECT)
            if part == PLAIN_TICKER:
                _unlink_tickers(making / part)
        making.rename(folder)
    return PageSet(pages.name, folder, pages.suffix, pages.parts)


def _unlink_tickers(folder: Path) -> None:
    for path in folder.rglob("*.html"):
        path.write_bytes(_TICKER_LINK.sub(rb"<p>\1</p>", path.read_bytes()))
