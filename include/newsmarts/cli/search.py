"""The command ``search``: full-text search over the articles of a published release."""

# ruff: noqa: PLC0415 (a command imports what it needs, which keeps --help quick)

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING

from newsmarts.cli.options import as_of_option, home_option, json_option
from newsmarts.core.partitions import parse_day
from newsmarts.core.settings import load_settings

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_QUERY_HELP = """\
grain exchange        both words, in any of their forms: headline, standfirst or body
"grain exchange"      just these words, side by side
grain OR wheat        either; brackets group: (grain OR wheat) exchange
grain -exchange       without the second word
headline:grain        in the headline only; so do standfirst: and body:

Case, accents and the forms of Arabic letters make no difference. First come articles with all of it in
the headline, then in headline and standfirst, then anywhere; each the newest first. A query that begins
with - goes behind --, as in: search -- "-exchange grain"
"""


def add_command(commands: Commands) -> None:
    """Tell the parser of ``newsmarts`` about it."""
    search = commands.add_parser(
        "search",
        help="find articles by their words",
        epilog=_QUERY_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    search.add_argument("query", metavar="QUERY", help="what to find: see below")
    search.add_argument(
        "--publisher", action="append", default=[], help="only by this one, as al_mayadeen; may be repeated"
    )
    search.add_argument(
        "--from", dest="first_day", metavar="DAY", help="only published on this day (UTC) or later"
    )
    search.add_argument(
        "--to", dest="last_day", metavar="DAY", help="only published on this day (UTC) or earlier"
    )
    search.add_argument(
        "--tag", action="append", default=[], help="only with this tag, as pages print it; may be repeated"
    )
    search.add_argument("--limit", type=int, default=20, help="how many to show (default: %(default)s)")
    as_of_option(search)
    home_option(search)
    json_option(search)
    search.set_defaults(command=_search)


def _search(arguments: argparse.Namespace) -> int:
    from newsmarts.search.reader import open_index
    from newsmarts.search.render import as_dict, render_answer

    first_day = parse_day(arguments.first_day) if arguments.first_day else None
    last_day = parse_day(arguments.last_day) if arguments.last_day else None
    with open_index(load_settings(home=arguments.home).home, as_of=arguments.as_of) as index:
        answer = index.search(
            arguments.query,
            publishers=arguments.publisher,
            tags=arguments.tag,
            first_day=first_day,
            last_day=last_day,
            limit=arguments.limit,
        )
        unfiltered = 0 if answer.total else index.search(arguments.query, limit=1).total
    if arguments.json:
        print(json.dumps(as_dict(answer), ensure_ascii=False, indent=2))
    else:
        is_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        print(render_answer(answer, is_terminal=is_terminal, unfiltered=unfiltered))
    return 0
