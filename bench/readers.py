"""The readers that are measured, and the virtual environment of each."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent
PROJECT = BENCH.parent
BUILD = PROJECT / "build"


@dataclass(frozen=True, slots=True)
class Reader:
    """All but ours have an environment of their own, which bench/requirements-<name>.txt pins."""

    name: str
    title: str
    worker: str


OURS = Reader("ours", "this project", "ours.py")
PLAIN_BS4 = Reader("bs4", 'BeautifulSoup(bytes, "lxml") + select()', "bs4_select.py")
READERS = (
    OURS,
    PLAIN_BS4,
    Reader("selectolax", "selectolax + selectors", "selectolax_css.py"),
    Reader("lxml", "lxml + selectors", "lxml_css.py"),
    Reader("fundus", "fundus", "fundus_rules.py"),
    Reader("trafilatura", "trafilatura", "trafilatura_text.py"),
)


def python_of(reader: Reader) -> Path:
    """The interpreter of the reader's environment, which is made or synced to its lock file first."""
    if reader is OURS:
        return Path(sys.executable)
    lock = BENCH / f"requirements-{reader.name}.txt"
    folder = BUILD / "bench-envs" / reader.name
    python, stamp = folder / "bin" / "python", folder / ".synced"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not (python.exists() and stamp.exists() and stamp.read_text() == wanted):
        print(f"  making {folder.relative_to(PROJECT)} from {lock.name}", file=sys.stderr)
        uv = [sys.executable, "-m", "uv"]
        make = [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)]
        sync = [*uv, "pip", "sync", "--quiet", "--python", str(python), str(lock)]
        subprocess.run(make, check=True)
        subprocess.run(sync, check=True)
        stamp.write_text(wanted)
    return python


def command_of(reader: Reader, folder: Path, suffix: str, *options: str) -> list[str]:
    """The command that runs the reader's worker over a folder of pages."""
    worker = BENCH / "workers" / reader.worker
    return [str(python_of(reader)), str(worker), str(folder), "--suffix", suffix, *options]
