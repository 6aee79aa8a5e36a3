"""What ``make backup`` and ``make restore`` do: the pipeline's home, and what Airflow and Superset keep here.

    python -m local.backup backup --to FOLDER      python -m local.backup restore --from FOLDER

In a backup beside ``home/``: ``airflow/`` and ``superset/``, each with its database and its secrets, without
which the database's own can't be read. Exit codes: 0 done, 1 it failed, 2 a wrong path or option.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.airflow_database import copy_sqlite, database_url, dump_postgres
from newsmarts.cli.terminal import tell_error
from newsmarts.core.errors import NewsError
from newsmarts.core.settings import PROJECT_ROOT, load_settings
from newsmarts.ops.backup.make import make_backup
from newsmarts.ops.backup.restore import find_backup, restore

_DUMP = "airflow.dump"


@dataclass(frozen=True, slots=True)
class Keeper:
    """A program with records of its own beside the home."""

    name: str  # its folder in a backup
    folder: Path
    database: str
    secrets: tuple[str, ...]  # and what else goes with it

    def put_into(self, backup: Path) -> bool:
        """Copy its records into a backup; False when there are none."""
        if not (self.folder / self.database).is_file():
            return False
        target = backup / self.name
        target.mkdir(mode=0o700)
        copy_sqlite(self.folder / self.database, target / self.database)
        for name in self.secrets:
            if (self.folder / name).is_file():
                shutil.copy2(self.folder / name, target / name)
        return True

    def take_back(self, backup: Path) -> str:
        """Restore its records where there are none; what was done."""
        source = backup / self.name
        if not (source / self.database).is_file():
            return f"{self.name}: nothing in the backup"
        if (self.folder / self.database).exists():
            return (
                f"{self.name}: {self.folder / self.database} is there and stays. To have that of the "
                f"backup, move {self.folder} away and copy {source} in its place."
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in source.iterdir():
            shutil.copy2(file, self.folder / file.name)
        return f"{self.name}: restored in {self.folder}"


def keepers(project: Path) -> tuple[Keeper, ...]:
    """Those that ``make run`` and ``make bi`` start."""
    passwords = "simple_auth_manager_passwords.json.generated"
    return (
        Keeper("airflow", project / ".airflow", "airflow.db", ("secrets.json", passwords)),
        Keeper("superset", project / ".bi", "superset.db", ("secrets.json", "provisioned", "imported")),
    )


def main(argv: Sequence[str] | None = None, project: Path = PROJECT_ROOT) -> int:
    """Run it and return the exit code."""
    arguments = _parser().parse_args(argv)
    settings = load_settings(home=arguments.home)
    try:
        if arguments.verb == "backup":
            told: list[str] = []

            def also(folder: Path) -> None:
                told.extend(keeper.name for keeper in keepers(project) if keeper.put_into(folder))
                url = os.environ.get("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "")
                if url.startswith("postgresql"):
                    dump_postgres(database_url(url), folder / _DUMP)
                    told.append(_DUMP)

            made = make_backup(settings, arguments.folder, also)
            print(
                f"{made.folder}: {made.days} days, release {made.release or 'none yet'}, {made.files} files, "
                f"{made.size_bytes / 1e6:.1f} MB, {made.linked} of them shared with the backup before; "
                f"beside them {', '.join(told) or 'no records of Airflow or Superset'}"
            )
            if made.archive_url is not None:
                print(f"raw/ and staged/ are in {made.archive_url}, not in the backup: keep that store safe.")
            return 0
        backup = find_backup(arguments.folder)
        restore(settings, backup)
        print(f"{backup} is restored in {settings.home}")
        for keeper in keepers(project):
            print(keeper.take_back(backup))
        if (backup / _DUMP).exists():
            print(f"{backup / _DUMP}: give it to pg_restore, see docs/production.md")
    except NewsError as error:
        return tell_error(error)
    return 0


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
