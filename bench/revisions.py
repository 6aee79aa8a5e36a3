"""Revisions of the project, to be measured side by side with the packages of this environment."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.processes import ChildFailed
from bench.readers import PROJECT


@dataclass(frozen=True, slots=True)
class Revision:
    """The files of one, and the name that tables have for it."""

    name: str
    tree: Path

    @property
    def package(self) -> str:
        """Its package, which was the folder ``include`` itself before it was named ``newsmarts``."""
        return "newsmarts" if (self.tree / "include" / "newsmarts").is_dir() else "include"

    def python(self, *arguments: str) -> list[str]:
        """The command that runs this environment's Python with the revision's package."""
        path = self.tree / "include" if self.package == "newsmarts" else self.tree
        return ["env", f"PYTHONPATH={path}", sys.executable, *arguments]


THIS = Revision("this", PROJECT)
"""The work tree as it is now."""


def revisions(against: str | None, folder: Path) -> list[Revision]:
    """This revision, and another one of the repository, whose files are unpacked in a folder.

    Raises:
        ChildFailed: there is no such revision.
    """
    if against is None:
        return [THIS]
    tree = folder / "against"
    tree.mkdir()
    archive = subprocess.run(
        ["git", "-C", str(PROJECT), "archive", "--format=tar", against], capture_output=True, check=False
    )
    if archive.returncode != 0:
        raise ChildFailed(f"--against {against}: {archive.stderr.decode().strip()}")
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive.stdout, check=True)
    # compiled once, so that no measured process has to
    subprocess.run([sys.executable, "-m", "compileall", "-qq", str(tree / "include")], check=False)
    return [THIS, Revision(against, tree)]
