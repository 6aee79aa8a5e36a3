"""The headlines of the articles that examples of differences name by their ids."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from newsmarts.compare.differences import MartDifference
from newsmarts.compare.texts import shortened
from newsmarts.release.contents import Contents

_QUERY = "SELECT article_id, headline FROM {}.marts.articles WHERE list_contains($ids, article_id)"
_NEEDED = {"article_id", "headline"}


def with_headlines(
    connection: duckdb.DuckDBPyConnection,
    mart: MartDifference,
    before: Mapping[str, Contents],
    after: Mapping[str, Contents],
) -> MartDifference:
    """The same difference; its examples have the headlines of the articles that they name.

    A row that was removed has the headline of the release before, any other that of the release after.
    """
    changed_keys = [row.key for row in mart.changed_examples]
    were = _headlines(connection, "before", before, mart.removed_examples)
    are = _headlines(connection, "after", after, [*mart.added_examples, *changed_keys])
    return dataclasses.replace(
        mart,
        removed_examples=tuple(_named(row, were) for row in mart.removed_examples),
        added_examples=tuple(_named(row, are) for row in mart.added_examples),
        changed_examples=tuple(
            dataclasses.replace(row, headline=are.get(row.key.get("article_id")))
            for row in mart.changed_examples
        ),
    )


def _headlines(
    connection: duckdb.DuckDBPyConnection,
    release: str,
    marts: Mapping[str, Contents],
    rows: Iterable[Mapping[str, Any]],
) -> dict[Any, str]:
    ids = [row["article_id"] for row in rows if row.get("article_id") is not None]
    if (
        not ids
        or "articles" not in marts
        or not {column.name for column in marts["articles"].columns} >= _NEEDED
    ):
        return {}
    found = connection.execute(_QUERY.format(release), {"ids": ids}).fetchall()
    return {article_id: shortened(headline, headline)[0] for article_id, headline in found}


def _named(row: dict[str, Any], headlines: Mapping[Any, str]) -> dict[str, Any]:
    headline = headlines.get(row.get("article_id"))
    return row if headline is None else {**row, "headline": headline}
