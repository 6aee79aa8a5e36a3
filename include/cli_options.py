"""Options that several commands of ``python -m include`` share."""

from __future__ import annotations

import argparse


def home_option(parser: argparse.ArgumentParser) -> None:
    """``--home``: the folder of everything, or an object store's URL."""
    parser.add_argument("--home", help="folder of raw/, staged/, warehouse/, marts/ (default: NEWS_HOME)")


def json_option(parser: argparse.ArgumentParser) -> None:
    """``--json``: print JSON for machines."""
    parser.add_argument("--json", action="store_true", help="print JSON for machines")


def as_of_option(parser: argparse.ArgumentParser) -> None:
    """``--as-of``: a release other than the current one."""
    parser.add_argument(
        "--as-of",
        metavar="RELEASE",
        help="a kept release: its id, its number, or a beginning of its id (default: the current one)",
    )
