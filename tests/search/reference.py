"""Search by looking at every article of the marts: slow, and nothing that an index could get wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from newsmarts.search.matching import LEVELS
from newsmarts.search.query import FIELDS, All, Find, Node, parse
from newsmarts.search.query import Any as Either
from newsmarts.search.words import loose, words

COLUMNS = {"headline": "headline", "standfirst": "standfirst", "body": "body_text"}


def expected(
    articles: list[dict[str, Any]],
    query: str,
    *,
    publishers: Sequence[str] = (),
    tags: Sequence[str] = (),
    first_day: date | None = None,
    last_day: date | None = None,
) -> list[str]:
    """The ids of the articles that a query finds, in the order in which it must list them."""
    node = parse(query)
    listed = []
    for article in articles:
        if publishers and article["publisher"] not in publishers:
            continue
        bears = {" ".join(words(tag)) for tag in (*article["tags"], *article["tags_raw"]) if tag}
        if not all(" ".join(words(tag)) in bears for tag in tags):
            continue
        day = article["published_date"]
        if (first_day and day < first_day) or (last_day and day > last_day):
            continue
        level = next((number for number, fields in enumerate(LEVELS) if _holds(article, node, fields)), None)
        if level is not None:
            listed.append((-level, article["published_at"], article["article_id"]))
    return [article_id for _, _, article_id in sorted(listed, reverse=True)]


def _holds(article: dict[str, Any], node: Node, fields: Sequence[str]) -> bool:
    if isinstance(node, Find):
        return any(_stands(article, node, field) for field in fields if field in node.fields)
    if isinstance(node, Either):
        return any(_holds(article, part, fields) for part in node.parts)
    assert isinstance(node, All)
    wanted = all(_holds(article, part, fields) for part in node.wanted)
    return wanted and not any(_holds(article, part, FIELDS) for part in node.unwanted)


def _stands(article: dict[str, Any], find: Find, field: str) -> bool:
    found = words(article[COLUMNS[field]] or "")
    if find.exact:
        size = len(find.words)
        return any(tuple(found[at : at + size]) == find.words for at in range(len(found)))
    form = loose(find.words[0])
    # a longer Arabic word, behind "and" or "by" and the like
    stuck = {first + second + form for first in ("", "و", "ف") for second in ("", "ب", "ل", "ك")}
    forms = stuck if len(form) >= 4 and "\u0621" <= form[0] <= "\u064a" else {form}
    return any(loose(word) in forms for word in found)
