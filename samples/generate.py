"""Write an inbox of generated pages: ``python -m samples.generate --pages 1000 --days 30 --out DIR``.

Files are ``DIR/<day>/<publisher>/<number>.txt`` or ``.html``. With ``--truth FILE`` the record that a right
reading of each page gives is written too, one JSON object a line: ``{"file", "article"}``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from samples import html, text
from samples.generator import FIRST_DAY, Generator
from samples.markup import SKINS, Skin
from samples.model import Format

FormatChoice = Literal["text", "html", "mixed"]


def write_inbox(
    out: Path,
    pages: int,
    *,
    days: int = 1,
    page_format: FormatChoice = "text",
    skin: Skin | None = None,
    html_bytes: int = 0,
    seed: int = 0,
    first_day: date = FIRST_DAY,
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Write pages one by one, yielding each one's path below ``out`` and the record of a right reading.

    ``mixed`` draws each page's format, and ``skin`` None each HTML page's skin. ``html_bytes`` is about
    how large HTML pages are made (0: no larger than they are).
    """
    for generated in Generator(seed, days, first_day).pages(pages):
        rng = random.Random(f"format:{seed}:{generated.number}")
        used: Format = rng.choice(("text", "html")) if page_format == "mixed" else page_format
        folder = Path(generated.captured_on.isoformat(), generated.page.publisher)
        path = folder / f"page-{generated.number:06}.{'txt' if used == 'text' else 'html'}"
        if used == "text":
            rendered = text.render(generated.page)
        else:
            drawn: Skin = rng.choice(SKINS)
            rendered = html.render(generated.page, skin or drawn, html_bytes)
        (out / folder).mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(rendered.encode())
        yield path, generated.page.record(used)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m samples.generate", description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=1000, help="how many pages (default 1000)")
    parser.add_argument("--days", type=int, default=1, help="spread over so many capture days (default 1)")
    parser.add_argument("--out", type=Path, required=True, help="inbox folder to write")
    parser.add_argument("--format", choices=("text", "html", "mixed"), default="text", dest="page_format")
    parser.add_argument("--skin", choices=SKINS, default=None, help="one HTML skin (default: any)")
    parser.add_argument("--html-bytes", type=int, default=0, help="about how large, as 150000 or 220000")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--first-day", type=date.fromisoformat, default=FIRST_DAY, help=f"default {FIRST_DAY}"
    )
    parser.add_argument("--truth", type=Path, default=None, help="JSON lines file for the records")
    options = vars(parser.parse_args(arguments))
    if options["pages"] < 0 or options["days"] < 1:
        parser.error("--pages can't be negative, and --days is at least 1")
    truth, out = options.pop("truth"), options.pop("out")
    with Path(truth or os.devnull).open("w", encoding="utf-8") as lines:
        for path, record in write_inbox(out, options.pop("pages"), **options):
            lines.write(json.dumps({"file": str(path), "article": record}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
