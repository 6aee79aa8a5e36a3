"""The table of the faults: what was broken, what was found after, and the command that makes it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

_HEAD = (Path(__file__).parent / "head.md").read_text(encoding="utf-8")


_MACHINE_PATH = re.compile(r"/[^ '”]*/(?=(home|inbox|disk)\b)|/tmp/[^ '”]*")


@dataclass(slots=True)
class Case:
    """One case as it ran; ``rng`` draws what the seed leaves open."""

    name: str
    rng: Random
    broken: str = ""
    found: list[str] = field(default_factory=list)

    def broke(self, what: str) -> None:
        """Say what is broken."""
        self.broken = what

    def saw(self, *what: str) -> None:
        """Say what was found after."""
        self.found += [each for each in what if each]


@dataclass(frozen=True, slots=True)
class Line:
    """A case in the table."""

    file: str
    name: str
    outcome: str  # passed, failed or skipped
    broken: str
    found: str

    @classmethod
    def of(cls, case: Case, file: str) -> dict[str, Any]:
        """A worker's report of a case, in JSON's types; the outcome is not known yet."""
        return asdict(cls(file, case.name, "", case.broken, "; ".join(case.found)))


def table(lines: Iterable[Line], seed: str) -> str:
    """The page, in Markdown."""
    parts = [_HEAD]
    by_file: dict[str, list[Line]] = {}
    for line in lines:
        by_file.setdefault(line.file, []).append(line)
    count = 0
    for file, cases in sorted(by_file.items()):
        parts.append(f"## {_title(file)}\n")
        parts.append("| case | what was broken | what was found after |\n|---|---|---|")
        for line in sorted(cases, key=lambda each: each.name):
            found = line.found if line.outcome == "passed" else f"**{line.outcome}**: {line.found}"
            parts.append(f"| `{_cell(line.name)}` | {_cell(line.broken)} | {_cell(found)} |")
            count += 1
        parts.append("")
    parts.append(
        f"The command for one case is `make faults ARGS='-k \"CASE\"' SEED={seed}`, with its name as above. "
        f"{count} cases, seed {seed}, {datetime.now(UTC):%-d %B %Y}.\n"
    )
    return "\n".join(parts)


def keep(lines: Iterable[Line], path: Path) -> list[Line]:
    """Lines of this run and, of cases that it didn't have, those that a file has of earlier ones."""
    before = json.loads(path.read_bytes()) if path.exists() else []
    known = {(line["file"], line["name"]): Line(**line) for line in before}
    together = {**known, **{(line.file, line.name): line for line in lines}}
    path.write_text(json.dumps([asdict(line) for line in together.values()]), encoding="utf-8")
    return list(together.values())


def write(lines: Iterable[Line], seed: str, path: Path) -> None:
    """Write the page."""
    path.write_text(table(lines, seed), encoding="utf-8")


def _title(file: str) -> str:
    return Path(file).stem.removeprefix("test_faults_").replace("_", " ").capitalize()


def _cell(text: str) -> str:
    text = _MACHINE_PATH.sub("…", text)
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|")
