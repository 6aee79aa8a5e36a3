"""Commands about the published marts: to look at releases, to give them out, and to tell what is in them."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from newsmarts.cli.options import as_of_option, home_option, json_option
from newsmarts.core.settings import PROJECT_ROOT, load_settings

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    """Tell the parser of ``newsmarts`` about them."""
    summary = commands.add_parser("summary", help="what the published marts hold")
    as_of_option(summary)
    home_option(summary)
    json_option(summary)
    summary.set_defaults(command=_summary)

    releases = commands.add_parser("releases", help="which published releases are kept")
    home_option(releases)
    json_option(releases)
    releases.set_defaults(command=_releases)

    diff = commands.add_parser("diff", help="what changed between two releases")
    diff.add_argument("before", metavar="RELEASE", help="its id, its number, or a beginning of its id")
    diff.add_argument("after", metavar="RELEASE", help="the same; current is the one that readers get")
    diff.add_argument(
        "--mart", action="append", default=[], metavar="MART", help="only this mart; may be repeated"
    )
    home_option(diff)
    json_option(diff)
    diff.set_defaults(command=_diff)

    export = commands.add_parser("export", help="write marts into a folder of files")
    export.add_argument("marts", nargs="*", metavar="MART", help="as articles (default: all)")
    export.add_argument("--format", choices=("parquet", "csv", "jsonl"), default="parquet")
    export.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="a new or empty folder, or an earlier export, which is replaced whole",
    )
    export.add_argument(
        "--no-formula-guard",
        action="store_true",
        help="leave texts of a CSV that a spreadsheet takes for formulas as they are",
    )
    as_of_option(export)
    home_option(export)
    json_option(export)
    export.set_defaults(command=_export)

    copy = commands.add_parser("to-postgres", help="copy the marts into the database of NEWS_POSTGRES_URL")
    copy.add_argument("--force", action="store_true", help="copy a release that is there already once more")
    as_of_option(copy)
    home_option(copy)
    json_option(copy)
    copy.set_defaults(command=_to_postgres)

    dictionary = commands.add_parser("dictionary", help="write what every mart and column means, as pages")
    dictionary.add_argument(
        "--out",
        type=Path,
        default=PROJECT_ROOT / "docs",
        metavar="FOLDER",
        help="default: the project's docs/",
    )
    dictionary.add_argument("--check", action="store_true", help="only tell whether the pages are up to date")
    dictionary.set_defaults(command=_dictionary)


def _summary(arguments: argparse.Namespace) -> int:
    from newsmarts.cli.terminal import render_summary
    from newsmarts.release.summary import read_summary

    settings = load_settings(home=arguments.home)
    summary = read_summary(settings.home, as_of=arguments.as_of)
    if arguments.json:
        print(json.dumps(summary.as_dict(), ensure_ascii=False, indent=2))
    else:
        print(render_summary(summary, settings.home))
    return 0


def _releases(arguments: argparse.Namespace) -> int:
    from newsmarts.cli.terminal import render_releases
    from newsmarts.release.kept import kept_releases

    settings = load_settings(home=arguments.home)
    kept = kept_releases(settings.home)
    if arguments.json:
        print(json.dumps([release.as_dict() for release in kept], ensure_ascii=False, indent=2))
    else:
        print(render_releases(kept))
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from newsmarts.cli.terminal import render_export
    from newsmarts.export.run import export

    result = export(
        load_settings(home=arguments.home),
        arguments.out,
        format=arguments.format,
        marts=arguments.marts,
        as_of=arguments.as_of,
        guard=not arguments.no_formula_guard,
    )
    if arguments.json:
        print(json.dumps(result.as_dict(), ensure_ascii=False, indent=2))
    else:
        print(render_export(result))
    return 0


def _diff(arguments: argparse.Namespace) -> int:
    from newsmarts.compare.render import render
    from newsmarts.compare.run import compare

    settings = load_settings(home=arguments.home)
    difference = compare(settings, arguments.before, arguments.after, marts=arguments.mart)
    if arguments.json:
        print(json.dumps(difference.as_dict(), ensure_ascii=False, indent=2))
    else:
        print(render(difference))
    return 0


def _to_postgres(arguments: argparse.Namespace) -> int:
    from newsmarts.export.postgres import copy_to_postgres

    settings = load_settings(home=arguments.home)
    result = copy_to_postgres(settings, as_of=arguments.as_of, force=arguments.force)
    if arguments.json:
        print(json.dumps(dataclasses.asdict(result), ensure_ascii=False, indent=2))
    else:
        what = (
            f"{sum(result.rows.values()):,} rows of {len(result.rows)} marts"
            if result.copied
            else "as before"
        )
        print(f"Release {result.release_id} in schema {result.schema} of database {result.database}: {what}")
    return 0


def _dictionary(arguments: argparse.Namespace) -> int:
    from newsmarts.dictionary.run import stale_files, write_dictionary

    settings = load_settings()
    if arguments.check:
        stale = stale_files(settings, arguments.out)
        for path in stale:
            print(f"{path} isn't up to date: run make dictionary")
        return 1 if stale else 0
    for path in write_dictionary(settings, arguments.out):
        print(f"written: {path}")
    return 0
