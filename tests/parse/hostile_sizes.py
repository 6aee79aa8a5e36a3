"""Pages of sizes that no page has, each read in a process of its own that is measured.

``python -m tests.parse.hostile_sizes`` makes them at full size, which takes a minute and half a gigabyte;
``--scale 0.02`` makes them at a fiftieth. For each it prints a JSON object.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from newsmarts.core.errors import CaptureError
from newsmarts.parse.page import parse_page
from samples import html, text
from tests.parse.pages import ARTICLE, FIRST

_M = 1_000_000
_TEXT = text.render(ARTICLE)
_HTML = html.render(ARTICLE, "semantic")
_PLACE = f"<p>{FIRST.text}</p>"
_WORDS = "Ships came and ships went, said Kelmeri. "
_TICKER = "Ship number {} leaves the third pier of Velmora"


def _times(piece: str, count: float, scale: float) -> str:
    return piece * max(1, int(count * scale))


def _megabytes(piece: str, size: float, scale: float) -> str:
    return _times(piece, size * _M / len(piece), scale)


def _in_text(line: str) -> bytes:
    return _TEXT.replace(FIRST.text, f"{line}\n\n{FIRST.text}").encode()


def _in_html(markup: str) -> bytes:
    return _HTML.replace(_PLACE, markup + _PLACE).encode()


def _in_ticker(lines: str) -> bytes:
    return _TEXT.replace("BREAKING\n", f"BREAKING\n{lines}\n", 1).encode()


def _numbered(count: float, scale: float, end: str) -> str:
    return "".join(_TICKER.format(number) + end for number in range(max(1, int(count * scale))))


CASES: dict[str, Callable[[float], bytes]] = {
    "200,000 div deep": lambda s: _in_html(_times("<div>", 200_000, s)),
    "200,000 div deep, closed": lambda s: _in_html(
        _times("<div>", 200_000, s) + "x" + _times("</div>", 200_000, s)
    ),
    "200,000 inline elements deep": lambda s: _in_html(_times("<b><i>", 100_000, s) + "x"),
    "200,000 lists deep": lambda s: _in_html(_times("<ul><li>", 100_000, s) + "x"),
    "200,000 tables deep": lambda s: _in_html(_times("<table><tr><td>", 67_000, s) + "x"),
    "50 MB line, text": lambda s: _in_text(_megabytes(_WORDS, 50, s)),
    "50 MB line, HTML": lambda s: _in_html(f"<p>{_megabytes(_WORDS, 50, s)}</p>"),
    "50 MB of short words": lambda s: _in_text(_megabytes("a. ", 50, s)),
    "50 MB of spaces": lambda s: _in_text(_megabytes(" ", 50, s)),
    "50 MB of line ends": lambda s: _in_text(_megabytes("\n", 50, s)),
    "50 MB ticker line": lambda s: _in_ticker(_megabytes(_WORDS, 50, s)),
    "50 MB attribute": lambda s: _in_html(f'<p title="{_megabytes("x", 50, s)}">A ship.</p>'),
    "50 MB comment": lambda s: _in_html(f"<!-- {_megabytes('x ', 50, s)} -->"),
    "50 MB title": lambda s: _HTML.replace("<title>", f"<title>{_megabytes('x ', 50, s)}", 1).encode(),
    "50 MB of JSON": lambda s: _in_html(
        f'<script type="application/ld+json">{{"headline": "{_megabytes("x", 50, s)}"}}</script>'
    ),
    "half a megabyte of spaces in JSON": lambda s: _in_html(
        f'<script type="application/ld+json">{{"headline":{_megabytes(" ", 0.49, s)}</script>'
    ),
    "50 MB of UTF-16": lambda s: _in_text(_megabytes("x ", 25, s)).decode().encode("utf-16"),
    "50 MB of zero bytes": lambda s: bytes(int(50 * _M * s)),
    "10,000,000 tags": lambda s: _in_html(_times("<b>", 10 * _M, s)),
    "10,000,000 closing tags": lambda s: _in_html(_times("</b>", 10 * _M, s)),
    "10,000,000 angle brackets": lambda s: _in_html(_times("<", 10 * _M, s)),
    "20 MB of entities": lambda s: _in_html(f"<p>{_megabytes('&amp;', 20, s)}</p>"),
    "20 MB of no-break spaces": lambda s: _in_html(f"<p>{_megabytes('&nbsp;', 20, s)}</p>"),
    "20 MB of broken entities": lambda s: _in_html(f"<p>{_megabytes('&#99999999;&a', 20, s)}</p>"),
    "an entity bomb": lambda s: (
        '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
        + "]>"
        + _HTML.replace(FIRST.text, f"&m; {FIRST.text}")
    ).encode(),
    "1,000,000 attributes": lambda s: _in_html(
        f"<p {' '.join(f'a{number}=1' for number in range(int(_M * s)))}>A ship.</p>"
    ),
    "1,000,000 line breaks": lambda s: _in_html(_times("<br>", _M, s)),
    "1,000,000 lines, HTML": lambda s: _in_html(f"<p>{_times('A ship.<br>', _M, s)}</p>"),
    "1,000,000 lines, text": lambda s: _in_text(_times("A ship came.\n\n", _M, s)),
    "1,000,000 bullets": lambda s: _in_text(_times("  • A ship\n", _M, s)),
    "1,000,000 ticker lines": lambda s: _in_ticker(_numbered(_M, s, "\n")),
    "300,000 ticker lines, in the lists as well": lambda s: (
        _in_ticker(_numbered(300_000, s, "\n"))
        .decode()
        .replace("Most Read\n", f"Most Read\n\n{_numbered(300_000, s, chr(10) * 2)}", 1)
        .encode()
    ),
    "300,000 posts": lambda s: _in_text(_times("Hm\n\n— A B (@ab) May 1, 2024\n\n", 300_000, s)),
    "300,000 related blocks": lambda s: _in_text(
        _times("Related News\n\nOstrin gives\n\nIlvane has\n\nRain in Ruvia\n\nShips.\n\n", 300_000, s)
    ),
    "300,000 pictures": lambda s: _in_html(_times('<img alt="a"><p>b</p>', 300_000, s)),
    # as large as a page may be
    "9 MB of HTML in 10 lines": lambda s: _in_html(
        "".join(f"<p>{_megabytes('a. ', 0.9, s)}" for _ in range(10))
    ),
    "19 MB of text in 20 lines": lambda s: _in_text("\n\n".join([_megabytes("a. ", 0.95, s)] * 20)),
    "55,000 tags with 5 attributes": lambda s: _in_html(
        _times("<p a=1 b=2 c=3 d=4 e='https://ships.example/'>A ship", 55_000, s)
    ),
    "99,000 lines": lambda s: _in_text(_times("A ship came.\n", 99_000, s)),
    "300,000 labels": lambda s: _in_text(_times("BREAKING\nA\n\nMost Read\n\n", 300_000, s)),
}


def measure(name: str, scale: float) -> dict[str, object]:
    """Read one page in a child process: what came of it, and the time and memory that it took.

    ``peak_mb`` is what the process held at most beyond an idle one, the page's own bytes included.
    """
    with tempfile.NamedTemporaryFile() as page:
        _in_child(lambda: Path(page.name).write_bytes(CASES[name](scale)))
        size = Path(page.name).stat().st_size
        idle = _in_child(lambda: None)
        with tempfile.NamedTemporaryFile() as answer:
            peak = _in_child(lambda: Path(answer.name).write_text(json.dumps(_outcome(Path(page.name)))))
            outcome, seconds = json.loads(Path(answer.name).read_text() or '["died", 0]')
    return {
        "case": name,
        "size_mb": round(size / _M, 1),
        "cpu_seconds": seconds,
        "peak_mb": (peak - idle) // 1024,
        "outcome": outcome,
    }


def _in_child(work: Callable[[], object]) -> int:
    """Do something in a child process; the most memory that it held, in KiB."""
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            work()
        os._exit(0)
    return os.wait4(pid, 0)[2].ru_maxrss


def _outcome(page: Path) -> tuple[str, float]:
    data = page.read_bytes()
    started = time.process_time()
    try:
        article = parse_page(data, media_type="text/html" if data[:1] == b"<" else None).article
        outcome = f"read, {len(article.body)} blocks"
    except CaptureError as error:
        outcome = error.reason_code
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is reported
        outcome = f"failed: {type(error).__name__}: {str(error)[:200]}"
    return outcome, round(time.process_time() - started, 2)


def main() -> int:
    """Measure all cases, or those whose names hold what is given."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    for name in CASES:
        if not options.names or any(part in name for part in options.names):
            print(json.dumps(measure(name, options.scale)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
