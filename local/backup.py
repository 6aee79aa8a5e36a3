"""``make backup`` and ``make restore``: the pipeline's home, and Airflow's and Superset's local records.

    python -m local.backup backup --to FOLDER      python -m local.backup restore --from FOLDER

In a backup beside ``home/``: ``airflow/`` and ``superset/``, each a database and the secrets that it takes to
read what is encrypted in it. Exit codes: 0 done, 1 it failed, 2 a wrong path or option.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.airflow_servers import airflow_folder
from newsmarts.cli.main import print_error
from newsmarts.core.errors import NewsError
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.ops.backup.make import make_backup
from newsmarts.ops.backup.restore import find_backup, restore


@dataclass(frozen=True, slots=True)
class LocalProgram:
    """A program with records of its own beside the home."""

    name: str  # its folder in a backup
    folder: Path
    database: str
    secrets: tuple[str, ...]  # and what else goes with it

    def back_up(self, backup: Path) -> bool:
        """Copy its records into a backup; False when there are none."""
        if not (self.folder / self.database).is_file():
            return False
        target = backup / self.name
        target.mkdir(mode=0o700)
        _copy_sqlite(self.folder / self.database, target / self.database)
        for name in self.secrets:
            if (self.folder / name).is_file():
                shutil.copy2(self.folder / name, target / name)
        return True

    def restore(self, backup: Path) -> str:
        """Restore its records where there are none. Returns what was done."""
        source = backup / self.name
        if not (source / self.database).is_file():
            return f"{self.name}: nothing in the backup"
        if (self.folder / self.database).exists():
            return (
                f"{self.name}: {self.folder / self.database} exists and is kept. To restore that of "
                f"the backup, move {self.folder} away and copy {source} in its place."
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in source.iterdir():
            shutil.copy2(file, self.folder / file.name)
        return f"{self.name}: restored in {self.folder}"


def local_programs(project: Path, home: Path) -> tuple[LocalProgram, ...]:
    """The programs that ``make run`` and ``make bi`` start on a home."""
    passwords = "simple_auth_manager_passwords.json.generated"
    return (
        LocalProgram("airflow", airflow_folder(project, home), "airflow.db", ("secrets.json", passwords)),
        LocalProgram("superset", project / ".bi", "superset.db", ("secrets.json", "provisioned", "imported")),
    )


def main(argv: Sequence[str] | None = None, project: Path = PROJECT_ROOT) -> int:
    """Run it and return the exit code."""
    arguments = _parser().parse_args(argv)
    settings = load_settings(home=arguments.home)
    try:
        if arguments.verb == "backup":
            others: list[str] = []

            def add_others(folder: Path) -> None:
                others.extend(
                    each.name for each in local_programs(project, settings.home) if each.back_up(folder)
                )

            made = make_backup(settings, arguments.folder, add_others)
            print(made.summary(*(others or ["no records of Airflow or Superset"])))
            return 0
        backup = find_backup(arguments.folder)
        restore(settings, backup)
        print(f"{backup} is restored in {settings.home}")
        for program in local_programs(project, settings.home):
            print(program.restore(backup))
    except NewsError as error:
        return print_error(error)
    return 0


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite database as it is at one moment, readable by its owner only.

    Raises:
        NewsError: it is damaged, or the disk is full.
    """
    target.touch(mode=0o600)
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
            contextlib.closing(sqlite3.connect(target)) as writing,
        ):
            reading.backup(writing)
    except sqlite3.Error as error:
        raise NewsError(f"{source} can't be copied: {error}.") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local.backup", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, option in (("backup", "--to"), ("restore", "--from")):
        each = verbs.add_parser(verb)
        each.add_argument(option, dest="folder", type=Path, required=True, metavar="FOLDER")
        each.add_argument("--home", help="the pipeline's folder (default: NEWS_HOME, or data/)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
